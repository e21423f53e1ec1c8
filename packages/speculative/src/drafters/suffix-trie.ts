import type { TokenId } from "@decodekit/core";

/** A sequence of tokens that occurred, and what followed it. */
export interface TrieNode {
  /** How often the sequence occurred. */
  readonly count: number;
  /** How often a token followed: the counts of the children together. */
  readonly continued: number;
  /** The token that followed most often; of equals the one that was so often first. Undefined where none did. */
  readonly likeliest: TokenId | undefined;
  /** How many different tokens followed. */
  readonly different: number;
  /** The sequence with `token` at its end, undefined where it never occurred. */
  childOf(token: TokenId): TrieNode | undefined;
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

/** Most nodes have one child: they do without a map. */
class Node implements TrieNode {
  count = 0;
  continued = 0;
  likeliest: TokenId | undefined;
  #mostOften = 0;
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

  /** Counts one more occurrence of `token` after this; gives its node. */
  grow(token: TokenId): Node {
    const child = this.childOf(token) ?? this.#add(token);
    this.continued++;
    child.count++;
    if (child.count > this.#mostOften) {
      this.#mostOften = child.count;
      this.likeliest = token;
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
