import type { TokenId } from "@decodekit/core";

/** A sequence of tokens that occurred, and what followed it. */
export interface TrieNode {
  readonly children: Map<TokenId, TrieNode>;
  /** How often the sequence occurred. */
  count: number;
  /** How often a token followed: the counts of the children together. */
  continued: number;
  /** The token that followed most often; of equals the one that was so often first. Undefined where none did. */
  likeliest: TokenId | undefined;
}

/** Where the end of a text is in a trie: entry m is the node of its last m tokens, undefined where they never occurred. */
export type TriePlace = readonly (TrieNode | undefined)[];

/** Every sequence of up to `depth` tokens that occurred in the texts so far, with counts. */
export interface SuffixTrie {
  /** The end of an empty text. */
  readonly start: TriePlace;
  /** Counts that `token` followed the text that ends at `place`; gives the new end. Takes O(depth). */
  learn(place: TriePlace, token: TokenId): TriePlace;
  /** The end of the text once `token` follows; nothing is counted. */
  follow(place: TriePlace, token: TokenId): TriePlace;
}

/** A trie of all substrings of at most `depth` tokens, an integer >= 2. */
export function suffixTrie(depth: number): SuffixTrie {
  const root = newNode();
  const move = (place: TriePlace, next: (node: TrieNode) => TrieNode | undefined): TriePlace => [
    root,
    ...place.slice(0, depth).map((node) => node && next(node)),
  ];
  return {
    start: [root],
    learn: (place, token) => move(place, (node) => grow(node, token)),
    follow: (place, token) => move(place, (node) => node.children.get(token)),
  };
}

/** Counts one more occurrence of `token` after `node`; gives its node. */
function grow(node: TrieNode, token: TokenId): TrieNode {
  node.continued++;
  let child = node.children.get(token);
  if (!child) node.children.set(token, (child = newNode()));
  child.count++;
  if (node.likeliest === undefined || child.count > node.children.get(node.likeliest)!.count) node.likeliest = token;
  return child;
}

function newNode(): TrieNode {
  return { children: new Map(), count: 0, continued: 0, likeliest: undefined };
}
