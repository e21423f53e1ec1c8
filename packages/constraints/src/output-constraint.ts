import { InvalidOptionError, type LogitsProcessor, type TokenId, type Tokenizer } from "@decodekit/core";
import type { CompiledConstraint, OutputStatus } from "./compiled-constraint.ts";
import type { Constraint } from "./constraint.ts";
import { fewestTokens } from "./engine/fewest-tokens.ts";
import { OutputStates } from "./engine/output-states.ts";
import type { Parser, ParserState } from "./engine/parser.ts";
import { forbidOthers, isEmpty, TokenSets, tokensIn } from "./engine/token-sets.ts";
import type { TokenTrie } from "./engine/token-trie.ts";
import { tokensOf } from "./engine/tokens-of.ts";

interface Parts {
  readonly parser: Parser;
  readonly trie: TokenTrie;
  readonly stops: ReadonlySet<TokenId>;
  readonly tokenizer: Tokenizer;
}

/** A compiled constraint: the states of outputs, and the tokens that may follow in each. */
export class OutputConstraint implements CompiledConstraint {
  readonly constraint: Constraint;
  readonly processor: LogitsProcessor = (row, { tokens, promptLength }) => this.#process(row, this.#states.after(tokens, promptLength));
  readonly #parser: Parser;
  readonly #trie: TokenTrie;
  readonly #stops: ReadonlySet<TokenId>;
  readonly #tokenizer: Tokenizer;
  readonly #states: OutputStates;
  readonly #sets: TokenSets;
  #minTokens: number | undefined;

  constructor(constraint: Constraint, { parser, trie, stops, tokenizer }: Parts) {
    this.constraint = constraint;
    this.#parser = parser;
    this.#trie = trie;
    this.#stops = stops;
    this.#tokenizer = tokenizer;
    this.#states = new OutputStates(parser, trie.tokenBytes, (token) => stops.has(token));
    this.#sets = new TokenSets(parser, trie, stops);
  }

  get minTokens(): number {
    return (this.#minTokens ??= fewestTokens(this.#parser, this.#trie, this.#stops));
  }

  status(output: Int32Array): OutputStatus {
    const state = this.#states.after(output, 0);
    if (!state) return "violated";
    if (!state.accepts) return "incomplete";
    return isEmpty(this.#sets.after(state)) ? "final" : "complete";
  }

  allowedTokens(output: Int32Array): Int32Array {
    const state = this.#states.after(output, 0);
    if (!state) return new Int32Array(0);
    const tokens = tokensIn(this.#sets.after(state));
    return Int32Array.from(state.accepts ? [...tokens, ...this.#stops] : tokens).toSorted();
  }

  forcedText(output: Int32Array): string {
    let state = this.#states.after(output, 0);
    const bytes: number[] = [];
    const seen = new Set<ParserState>();
    while (state && !seen.has(state)) {
      seen.add(state);
      const byte = this.#parser.onlyByte(state);
      if (byte === undefined) break;
      bytes.push(byte);
      state = this.#parser.advance(state, byte);
    }
    return wholeCharacters(Uint8Array.from(bytes));
  }

  forcedTokens(output: Int32Array): Int32Array {
    const text = this.forcedText(output);
    const tokens = text === "" ? new Int32Array(0) : tokensOf(this.#tokenizer, text);
    const all = Int32Array.of(...output, ...tokens);
    const [stop] = this.#stops;
    return this.status(all) === "final" ? Int32Array.of(...tokens, stop!) : tokens;
  }

  /** Whether one of the stop tokens is in the model's vocabulary, which may be larger than the tokenizer's. */
  #isEnding(vocabSize: number): boolean {
    for (const token of this.#stops) if (token < vocabSize) return true;
    return false;
  }

  #process(row: Float32Array, state: ParserState | undefined): void {
    if (!state) return;
    const set = this.#sets.after(state);
    if (state.accepts && isEmpty(set) && !this.#isEnding(row.length)) {
      const expected = `below ${row.length}, at least one of them: this text must end here`;
      throw new InvalidOptionError({ where: "compileConstraint", option: "stopTokens", expected, actual: [...this.#stops] });
    }
    const size = Math.min(row.length, this.#trie.tokenBytes.length);
    const stops = state.accepts ? Array.from(this.#stops, (token) => [token, row[token]] as const) : [];
    forbidOthers(row.subarray(0, size), set);
    // Rows may be padded beyond the vocabulary.
    row.fill(-Infinity, size);
    for (const [token, logit] of stops) if (token < row.length) row[token] = logit!;
  }
}

/** Returns the text of UTF-8 bytes without the beginning of a character at their end; undecodable bytes at their start end the text. */
function wholeCharacters(bytes: Uint8Array): string {
  for (let cut = 0; cut <= Math.min(3, bytes.length); cut++) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, bytes.length - cut));
    } catch {
      continue;
    }
  }
  return "";
}
