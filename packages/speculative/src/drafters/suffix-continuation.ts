import type { TokenId } from "@decodekit/core";
import type { SuffixTrie, TrieNode, TriePlace } from "./suffix-trie.ts";

/** A trie, and the end of the text in it. */
export interface KnownSuffixes {
  readonly trie: SuffixTrie;
  readonly place: TriePlace;
}

export interface ContinuationSettings {
  /** Fewest tokens at the end of the text to look at, >= 1. */
  readonly minMatch: number;
  /** In [0, 1]. */
  readonly minProbability: number;
}

/**
 * At most `max` tokens that are likely to follow the text, whose end is known in one or more tries, step by step the likeliest
 * one. Stops before their probability together falls below `minProbability`.
 *
 * The probability of a token goes by what followed every end of the text of at least `minMatch` tokens, from the shortest to
 * the longest, and of one length in the order of the tries: P' = λ · count / continued + (1 − λ) · P, λ = continued /
 * (continued + number of different tokens that followed), P = 0 at first. So a long end that was seen once counts for much, a
 * short one for little. Witten and Bell 1991, "The zero-frequency problem". Considered are the tokens that most often followed
 * one of the ends; of equals the one after the longest end is taken.
 */
export function continuation(known: readonly KnownSuffixes[], max: number, { minMatch, minProbability }: ContinuationSettings): Int32Array {
  const path: TokenId[] = [];
  let probability = 1;
  for (let ends = known; path.length < max;) {
    const best = likeliest(shortestFirst(ends, minMatch));
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
      if (node?.likeliest !== undefined) nodes.push(node);
    }
  }
  return nodes;
}

/** What most likely follows, `nodes` being those of ends of the text; undefined where there are none. */
function likeliest(nodes: readonly TrieNode[]): { readonly token: TokenId; readonly probability: number } | undefined {
  let best: ReturnType<typeof likeliest>;
  for (const token of new Set(nodes.map((node) => node.likeliest!).toReversed())) {
    let probability = 0;
    for (const node of nodes) {
      const count = node.childOf(token)?.count ?? 0;
      probability = (count + node.different * probability) / (node.continued + node.different);
    }
    if (!best || probability > best.probability) best = { token, probability };
  }
  return best;
}
