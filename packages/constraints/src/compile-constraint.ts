import {
  InvalidOptionError,
  type LanguageModel,
  objectOption,
  type OptionDefinition,
  resolveOptions,
  type TokenId,
  type Tokenizer,
} from "@decodekit/core";
import type { CompiledConstraint } from "./compiled-constraint.ts";
import type { Constraint } from "./constraint.ts";
import { buildAutomaton, type HasToken } from "./engine/automaton.ts";
import { Parser } from "./engine/parser.ts";
import { type TokenTrie, tokenTrieOf } from "./engine/token-trie.ts";
import { parseGrammar } from "./grammar/parse-grammar.ts";
import { OutputConstraint } from "./output-constraint.ts";

export interface CompileOptions {
  /** Tokens that end the text, in place of the model's own: the same as in `generate({ stopTokens })`. @defaultValue model.stopTokens */
  readonly stopTokens?: readonly TokenId[] | undefined;
  /** The limit of the decode, an integer >= 0: an error if no text of the constraint is as short. @defaultValue unknown */
  readonly maxNewTokens?: number | undefined;
}

/** The model's vocabulary and what ends its texts. */
export type ConstrainedModel = Pick<LanguageModel, "tokenizer" | "stopTokens">;

const isToken = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const OPTIONS = {
  stopTokens: objectOption(
    "an array of at least one token id",
    (value) => Array.isArray(value) && value.length > 0 && value.every(isToken),
  ),
  maxNewTokens: { type: "integer", help: "The limit of the decode", minimum: 0 },
} as const satisfies Readonly<Record<keyof CompileOptions, OptionDefinition>>;

/**
 * Compiles a constraint for a model. The masks of its rows are found when they are needed, by a walk through the vocabulary in the state of
 * the grammar, and kept; `Cost` in the README has figures. The vocabulary is read once per tokenizer object.
 *
 * Characters that have no token and that the vocabulary cannot write byte by byte are left out, so that every output can be completed.
 * @throws InvalidOptionError for an invalid constraint or option, a tokenizer without `tokenBytes`, a model without stop tokens, a vocabulary
 * that can write no text of the constraint, or a limit that is too small for the shortest one.
 */
export function compileConstraint(model: ConstrainedModel, constraint: Constraint, options: CompileOptions = {}): CompiledConstraint {
  const where = "compileConstraint";
  const { stopTokens = model.stopTokens, maxNewTokens } = resolveOptions(where, options, OPTIONS);
  if (typeof (constraint as Constraint | null)?.grammar !== "string") {
    const expected = "a constraint, such as jsonSchema(schema) or choices(texts)";
    throw new InvalidOptionError({ where, option: "constraint", expected, actual: constraint });
  }
  if (stopTokens.length === 0) {
    const expected = "at least one token that ends a text, since the model names none";
    throw new InvalidOptionError({ where, option: "stopTokens", expected, actual: stopTokens });
  }
  const trie = tokenTrieOf(readable(model.tokenizer));
  const stops = new Set(stopTokens);
  const parser = new Parser(
    buildAutomaton(parseGrammar(where, constraint.grammar), writableCharacters(trie, stops)),
    writableBytes(trie, stops),
  );
  if (parser.shortestText === Infinity) {
    const expected = "one whose characters the vocabulary can write";
    throw new InvalidOptionError({ where, option: "constraint", expected, actual: constraint.grammar });
  }
  const compiled = new OutputConstraint(constraint, { parser, trie, stops, tokenizer: model.tokenizer });
  if (maxNewTokens !== undefined && maxNewTokens < compiled.minTokens) {
    const expected = `at least ${compiled.minTokens}, since no text of the constraint has fewer tokens`;
    throw new InvalidOptionError({ where, option: "maxNewTokens", expected, actual: maxNewTokens });
  }
  return compiled;
}

function readable(tokenizer: Tokenizer): Tokenizer {
  if (typeof tokenizer.tokenBytes === "function") return tokenizer;
  const expected = "one whose tokens have their own bytes (Tokenizer.tokenBytes): byte-level or SentencePiece, not WordPiece";
  throw new InvalidOptionError({ where: "compileConstraint", option: "model.tokenizer", expected, actual: "one without tokenBytes" });
}

/** Returns whether a character of several bytes in a range has a token of its own that is not a stop token. */
function writableCharacters({ tokenBytes }: TokenTrie, stops: ReadonlySet<TokenId>): HasToken {
  const points = new Set<number>();
  for (const [token, bytes] of tokenBytes.entries()) {
    if (!bytes || bytes.length < 2 || bytes.length > 4 || bytes[0]! < 0xc0 || stops.has(token)) continue;
    const [character, ...others] = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    if (others.length === 0 && character !== "\uFFFD") points.add(character!.codePointAt(0)!);
  }
  const sorted = [...points].toSorted((a, b) => a - b);
  return ([first, last]) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < first) low = middle + 1;
      else high = middle;
    }
    return low < sorted.length && sorted[low]! <= last;
  };
}

/** Returns whether a token that is not a stop token has this byte only. */
function writableBytes({ tokenBytes }: TokenTrie, stops: ReadonlySet<TokenId>): (byte: number) => boolean {
  const writable = new Uint8Array(256);
  for (const [token, bytes] of tokenBytes.entries()) if (bytes?.length === 1 && !stops.has(token)) writable[bytes[0]!] = 1;
  return (byte) => writable[byte] === 1;
}
