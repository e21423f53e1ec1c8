import type { TokenId } from "@decodekit/core";
import type { Parser, ParserState } from "./parser.ts";
import type { TokenTrie } from "./token-trie.ts";

/** States that are looked into before the bound is given as it is. */
const MAX_STATES = 64;

/**
 * Returns a lower bound of the number of tokens of every text of the grammar, stop token not included: the exact number where a search from
 * the start, breadth first, reaches a complete text within 64 states, else as many as it has ruled out, or as the bytes of the shortest text
 * take if all tokens were as long as the longest. `excluded`: tokens that are never part of the text.
 */
export function fewestTokens(parser: Parser, trie: TokenTrie, excluded: ReadonlySet<TokenId>): number {
  const byBytes = Math.ceil(parser.shortestText / trie.longest);
  const seen = new Set<ParserState>([parser.start]);
  let states: readonly ParserState[] = [parser.start];
  for (let tokens = 0, visited = 0; ; tokens++) {
    if (states.some(({ accepts }) => accepts)) return tokens;
    visited += states.length;
    if (visited > MAX_STATES || states.length === 0) return Math.max(byBytes, tokens + 1);
    const next = new Set<ParserState>();
    for (const state of states) addSuccessors(next, state, { parser, trie, excluded });
    for (const state of seen) next.delete(state);
    for (const state of next) seen.add(state);
    states = [...next];
  }
}

/** Adds the states after one more token. */
function addSuccessors(
  next: Set<ParserState>,
  from: ParserState,
  { parser, trie, excluded }: { readonly parser: Parser; readonly trie: TokenTrie; readonly excluded: ReadonlySet<TokenId> },
): void {
  const { bytes, depths, skips, firsts, tokens } = trie;
  const path = [from];
  for (let node = 0; node < bytes.length;) {
    const state = parser.advance(path[depths[node]!]!, bytes[node]!);
    if (!state) {
      node = skips[node]!;
      continue;
    }
    path[depths[node]! + 1] = state;
    if (state.isLive && tokens.subarray(firsts[node], firsts[node + 1]).some((token) => !excluded.has(token))) next.add(state);
    node++;
  }
}
