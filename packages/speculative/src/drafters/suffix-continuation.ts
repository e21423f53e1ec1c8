import type { TokenId } from "@decodekit/core";
import type { SuffixTrie, TrieNode, TriePlace } from "./suffix-trie.ts";

/** A trie, and the position of the text's end in it. */
export interface KnownSuffixes {
  readonly trie: SuffixTrie;
  readonly place: TriePlace;
}

export interface ContinuationSettings {
  /** Minimum length of a context, the last tokens of the text, >= 1. */
  readonly minMatch: number;
  /** In [0, 1]. */
  readonly minProbability: number;
}

/**
 * Returns at most `max` tokens that are likely to follow the text, choosing the most likely one at each step. Stops before the joint
 * probability falls below `minProbability`. `known` are the contexts of the text in one or more tries.
 *
 * The probability of a token interpolates the counts after every context of at least `minMatch` tokens, from the shortest to the longest,
 * and for each length in the order of the tries: P' = λ · count / continued + (1 − λ) · P, λ = continued / (continued + number of
 * different tokens that followed), P = 0 at first. A long context that was seen once thus counts for much, a short one for little.
 * Witten and Bell 1991, "The zero-frequency problem". The candidates are the tokens that most often followed one of the contexts; among
 * equals the one after the longest context wins.
 */
export function continuation(known: readonly KnownSuffixes[], max: number, { minMatch, minProbability }: ContinuationSettings): Int32Array {
  const path: TokenId[] = [];
  let probability = 1;
  for (let ends = known; path.length < max;) {
    const best = mostLikely(shortestFirst(ends, minMatch));
    probability *= best?.probability ?? 0;
    if (!best || probability < minProbability) break;
    const { token } = best;
    path.push(token);
    ends = ends.map(({ trie, place }) => ({ trie, place: trie.follow(place, token) }));
  }
  return Int32Array.from(path);
}

function shortestFirst(ends: readonly KnownSuffixes[], minMatch: number): readonly TrieNode[] {
  const longest = Math.max(...ends.map(({ place }) => place.length));
  const nodes: TrieNode[] = [];
  for (let length = minMatch; length < longest; length++) {
    for (const { place } of ends) {
      const node = place[length];
      if (node?.mostFrequent !== undefined) nodes.push(node);
    }
  }
  return nodes;
}

/** The most likely next token given the contexts `nodes`; undefined if there are none. */
function mostLikely(nodes: readonly TrieNode[]): { readonly token: TokenId; readonly probability: number } | undefined {
  let best: ReturnType<typeof mostLikely>;
  for (const token of new Set(nodes.map((node) => node.mostFrequent!).toReversed())) {
    let probability = 0;
    for (const node of nodes) {
      const count = node.childOf(token)?.count ?? 0;
      probability = (count + node.different * probability) / (node.continued + node.different);
    }
    if (!best || probability > best.probability) best = { token, probability };
  }
  return best;
}
