import type { TokenId } from "@decodekit/core";
import type { Parser, ParserState } from "./parser.ts";
import type { TokenTrie } from "./token-trie.ts";

/** Memory of the sets that are kept for one grammar and vocabulary, in bytes. */
const MAX_BYTES = 64 * 2 ** 20;

/** Finds which tokens may follow in a state. The sets of the states that were asked for last are kept, up to 64 MiB. */
export class TokenSets {
  readonly #parser: Parser;
  readonly #trie: TokenTrie;
  readonly #excluded: ReadonlySet<TokenId>;
  readonly #words: number;
  readonly #sets = new Map<ParserState, Uint32Array>();
  readonly #path: ParserState[] = [];

  /** `excluded`: tokens that are never part of the text. */
  constructor(parser: Parser, trie: TokenTrie, excluded: ReadonlySet<TokenId>) {
    this.#parser = parser;
    this.#trie = trie;
    this.#excluded = excluded;
    this.#words = Math.ceil(trie.tokenBytes.length / 32);
  }

  /** Returns the tokens with which the text can go on: bit t % 32 of word t / 32 for token t. Not to be written to. */
  after(state: ParserState): Uint32Array {
    let set = this.#sets.get(state);
    // Newest last: the first key is the one that was not asked for the longest.
    if (set) this.#sets.delete(state);
    else set = this.#find(state);
    if (4 * this.#words * this.#sets.size >= MAX_BYTES) this.#sets.delete(this.#sets.keys().next().value!);
    this.#sets.set(state, set);
    return set;
  }

  #find(state: ParserState): Uint32Array {
    const { bytes, depths, skips, firsts, tokens } = this.#trie;
    const [parser, path] = [this.#parser, this.#path];
    const set = new Uint32Array(this.#words);
    path[0] = state;
    for (let node = 0; node < bytes.length;) {
      const depth = depths[node]!;
      const next = parser.advance(path[depth]!, bytes[node]!);
      if (!next) {
        node = skips[node]!;
        continue;
      }
      path[depth + 1] = next;
      for (let index = firsts[node]!; next.isLive && index < firsts[node + 1]!; index++) {
        const token = tokens[index]!;
        set[token >>> 5]! |= 1 << (token & 31);
      }
      node++;
    }
    path.length = 0;
    for (const token of this.#excluded) if (token >>> 5 < set.length) set[token >>> 5]! &= ~(1 << (token & 31));
    return set;
  }
}

/** Gives -Infinity to the tokens of `row`, shape (n,), that a set does not contain; n is at most the size of the vocabulary. */
export function forbidOthers(row: Float32Array, set: Uint32Array): void {
  for (let word = 0, start = 0; start < row.length; word++, start += 32) {
    const bits = set[word]!;
    if (bits === 0) row.fill(-Infinity, start, start + 32);
    else if (bits !== 0xffffffff)
      for (let bit = 0; bit < 32 && start + bit < row.length; bit++) if (((bits >>> bit) & 1) === 0) row[start + bit] = -Infinity;
  }
}

export const isEmpty = (set: Uint32Array): boolean => set.every((bits) => bits === 0);

/** Returns the tokens of a set in ascending order. */
export function tokensIn(set: Uint32Array): readonly TokenId[] {
  const tokens: TokenId[] = [];
  for (const [word, bits] of set.entries()) {
    for (let rest = bits; rest !== 0; rest &= rest - 1) tokens.push(32 * word + 31 - Math.clz32(rest & -rest));
  }
  return tokens;
}
