import type { TokenId } from "@decodekit/core";
import type { Parser, ParserState } from "./parser.ts";
import type { TokenTrie } from "./token-trie.ts";

/**
 * Finds the state after an output, token by token. It keeps the states of the last output, so that one that begins in the same way, as the
 * rows of a pass, the paths of a tree and the next pass do, costs only the tokens in which it differs. What is kept changes the time only.
 */
export class OutputStates {
  readonly #parser: Parser;
  readonly #tokenBytes: TokenTrie["tokenBytes"];
  readonly #isExcluded: (token: TokenId) => boolean;
  readonly #tokens: TokenId[] = [];
  /** The state after each of `#tokens`, undefined after one that the grammar does not allow. */
  readonly #states: (ParserState | undefined)[] = [];

  /** `isExcluded`: tokens that are never part of the text. */
  constructor(parser: Parser, tokenBytes: TokenTrie["tokenBytes"], isExcluded: (token: TokenId) => boolean) {
    this.#parser = parser;
    this.#tokenBytes = tokenBytes;
    this.#isExcluded = isExcluded;
  }

  /** Returns the state after `tokens`, shape (n,), from `start` on; undefined if they are not the beginning of a text of the grammar. */
  after(tokens: Int32Array, start: number): ParserState | undefined {
    const length = tokens.length - start;
    let shared = 0;
    while (shared < length && shared < this.#tokens.length && this.#tokens[shared] === tokens[start + shared]) shared++;
    this.#tokens.length = this.#states.length = shared;
    let state = shared === 0 ? this.#parser.start : this.#states[shared - 1];
    for (let index = start + shared; index < tokens.length; index++) {
      state = state && this.#read(state, tokens[index]!);
      this.#tokens.push(tokens[index]!);
      this.#states.push(state);
    }
    return state;
  }

  #read(state: ParserState, token: TokenId): ParserState | undefined {
    const bytes = this.#isExcluded(token) ? undefined : this.#tokenBytes[token];
    if (!bytes) return undefined;
    let next: ParserState | undefined = state;
    for (let index = 0; next && index < bytes.length; index++) next = this.#parser.advance(next, bytes[index]!);
    return next?.isLive ? next : undefined;
  }
}
