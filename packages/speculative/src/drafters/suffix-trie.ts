import type { TokenId } from "@decodekit/core";

/** A sequence of tokens that occurred, with the tokens that followed it. */
interface TrieNode {
  /** How often the sequence occurred. */
  readonly count: number;
  /** How often a token followed: the sum of the children's counts. */
  readonly continued: number;
  /** The token that followed most often; among equals the one that reached this count first. Undefined if none followed. */
  readonly mostFrequent: TokenId | undefined;
  /** How many different tokens followed. */
  readonly different: number;
  /** The sequence extended by `token`; undefined if it never occurred. */
  childOf(token: TokenId): TrieNode | undefined;
}

/** The position of a text's end in a trie. Entry m is the node of its last m tokens, undefined if they never occurred. */
export type TriePlace = readonly (TrieNode | undefined)[];

/** Every sequence of up to `depth` tokens that occurred in the texts so far, with counts. */
export interface SuffixTrie {
  /** The position of an empty text. */
  readonly start: TriePlace;
  /** Counts that `token` followed the text at `place` and returns the new position. Takes O(depth). */
  learn(place: TriePlace, token: TokenId): TriePlace;
  /** Returns the position after `token` without counting it. */
  follow(place: TriePlace, token: TokenId): TriePlace;
}

/** Creates a trie of all substrings of at most `depth` tokens, an integer >= 2. */
export function suffixTrie(depth: number): SuffixTrie {
  const root = new Node();
  const move = (place: TriePlace, next: (node: TrieNode) => TrieNode | undefined): TriePlace => {
    const moved: (TrieNode | undefined)[] = [root];
    for (let length = 0; length < place.length && length < depth; length++) {
      const node = place[length];
      moved.push(node && next(node));
    }
    return moved;
  };
  return {
    start: [root],
    learn: (place, token) => move(place, (node) => (node as Node).grow(token)),
    follow: (place, token) => move(place, (node) => node.childOf(token)),
  };
}

/** Most nodes have a single child, which is stored without a map. */
class Node implements TrieNode {
  count = 0;
  continued = 0;
  mostFrequent: TokenId | undefined;
  #maxCount = 0;
  #onlyToken: TokenId | undefined;
  #onlyChild: Node | undefined;
  #children: Map<TokenId, Node> | undefined;

  get different(): number {
    return this.#children?.size ?? (this.#onlyChild ? 1 : 0);
  }

  childOf(token: TokenId): Node | undefined {
    if (this.#children) return this.#children.get(token);
    return token === this.#onlyToken ? this.#onlyChild : undefined;
  }

  /** Counts one more occurrence of `token` after this sequence and returns its node. */
  grow(token: TokenId): Node {
    const child = this.childOf(token) ?? this.#add(token);
    this.continued++;
    child.count++;
    if (child.count > this.#maxCount) {
      this.#maxCount = child.count;
      this.mostFrequent = token;
    }
    return child;
  }

  #add(token: TokenId): Node {
    const child = new Node();
    if (this.#onlyChild) {
      this.#children ??= new Map([[this.#onlyToken!, this.#onlyChild]]);
      this.#children.set(token, child);
    } else {
      this.#onlyToken = token;
      this.#onlyChild = child;
    }
    return child;
  }
}
