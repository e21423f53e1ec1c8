import type { TokenId } from "@decodekit/core";

/** A sequence of tokens that occurred, and what followed it. */
interface TrieNode {
  readonly children: Map<TokenId, TrieNode>;
  /** How often the sequence occurred. */
  count: number;
  /** How often a token followed: the counts of the children together. */
  continued: number;
}

/** Every sequence of up to `depth` tokens that occurred in the texts so far, with counts; and a place in it. */
export interface SuffixTrie {
  /** Begins another text: no sequence spans two of them. */
  beginText(): void;
  /** The text goes on. Takes O(depth) per token. */
  append(tokens: Iterable<TokenId>): void;
  /**
   * At most `max` tokens that are likely to follow the end of the text: step by step the most frequent continuation of the
   * longest end of at least `minMatch` tokens that was ever continued, the one seen first in a tie. Stops before the
   * product of the frequencies falls below `minProbability`. Nothing is changed.
   */
  continuation(max: number, settings: ContinuationSettings): Int32Array;
}

interface ContinuationSettings {
  /** >= 1. */
  readonly minMatch: number;
  /** In [0, 1]. */
  readonly minProbability: number;
}

/** A trie of all substrings of at most `depth` tokens, an integer >= 2. */
export function suffixTrie(depth: number): SuffixTrie {
  const root: TrieNode = { children: new Map(), count: 0, continued: 0 };
  // Place m holds the node of the text's last m tokens, as far as it has so many.
  let ends: readonly TrieNode[] = [root];
  return {
    beginText: () => void (ends = [root]),
    append(tokens) {
      for (const token of tokens) ends = [root, ...ends.slice(0, depth).map((node) => grow(node, token))];
    },
    continuation(max, { minMatch, minProbability }) {
      const path: TokenId[] = [];
      let probability = 1;
      for (let places: readonly (TrieNode | undefined)[] = ends; path.length < max;) {
        const node = places.findLast((candidate, length) => length >= minMatch && candidate !== undefined && candidate.continued > 0);
        if (!node) break;
        const [token, { count }] = mostFrequent(node);
        probability *= count / node.continued;
        if (probability < minProbability) break;
        path.push(token);
        places = [root, ...places.slice(0, depth).map((place) => place?.children.get(token))];
      }
      return Int32Array.from(path);
    },
  };
}

/** Counts one more occurrence of `token` after `node`; gives its node. */
function grow(node: TrieNode, token: TokenId): TrieNode {
  node.continued++;
  let child = node.children.get(token);
  if (!child) node.children.set(token, (child = { children: new Map(), count: 0, continued: 0 }));
  child.count++;
  return child;
}

/** The child with the highest count; of equals the one that occurred first. `node` has children. */
function mostFrequent(node: TrieNode): readonly [TokenId, TrieNode] {
  let best: readonly [TokenId, TrieNode] | undefined;
  for (const entry of node.children) {
    if (!best || entry[1].count > best[1].count) best = entry;
  }
  return best!;
}
