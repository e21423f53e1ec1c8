import type { TokenId, Tokenizer } from "@decodekit/core";

/**
 * The tokens of a vocabulary that have bytes, as a tree of bytes in which tokens with the same beginning share a path. Nodes are in depth-first
 * order, so that the nodes below one follow it; arrays have shape (nodes,).
 */
export interface TokenTrie {
  /** The byte that leads to each node. */
  readonly bytes: Uint8Array;
  /** Number of bytes before that byte. */
  readonly depths: Uint16Array;
  /** The next node that is not below it. */
  readonly skips: Uint32Array;
  /** The tokens that end at node i are `tokens` from `firsts[i]` to `firsts[i + 1]`; shape (nodes + 1,). */
  readonly firsts: Uint32Array;
  readonly tokens: Int32Array;
  /** The bytes of each token, undefined for one without, such as a special token; shape (vocabSize,). */
  readonly tokenBytes: readonly (Uint8Array | undefined)[];
  /** Length of the longest token in bytes. */
  readonly longest: number;
}

const tries = new WeakMap<Tokenizer, TokenTrie>();

/** Returns the tree of a tokenizer that has `tokenBytes`. It is built once per tokenizer object, and lives as long as that. */
export function tokenTrieOf(tokenizer: Tokenizer): TokenTrie {
  let trie = tries.get(tokenizer);
  if (!trie) tries.set(tokenizer, (trie = buildTrie(tokenizer)));
  return trie;
}

function buildTrie(tokenizer: Tokenizer): TokenTrie {
  const bytesOf = Array.from({ length: tokenizer.vocabSize }, (_, token) => {
    const bytes = tokenizer.tokenBytes!(token);
    return bytes && bytes.length > 0 ? bytes : undefined;
  });
  const sorted = sortedTokens(bytesOf);
  const bytes: number[] = [];
  const depths: number[] = [];
  const firsts: number[] = [];
  const skips: number[] = [];
  /** The nodes from the root to the last token. */
  const path: number[] = [];
  const tokens = new Int32Array(sorted.length);
  const closeTo = (depth: number): void => {
    while (path.length > depth) skips[path.pop()!] = bytes.length;
  };
  let previous: Uint8Array = new Uint8Array(0);
  for (const [index, token] of sorted.entries()) {
    const current = bytesOf[token]!;
    let shared = 0;
    while (shared < previous.length && current[shared] === previous[shared]) shared++;
    closeTo(shared);
    for (let depth = shared; depth < current.length; depth++) {
      path.push(bytes.length);
      bytes.push(current[depth]!);
      depths.push(depth);
      firsts.push(index);
    }
    tokens[index] = token;
    // Tokens with the same bytes end at the same node; the nodes on the way to a longer token have none.
    previous = current;
  }
  closeTo(0);
  firsts.push(sorted.length);
  return {
    bytes: Uint8Array.from(bytes),
    depths: Uint16Array.from(depths),
    skips: Uint32Array.from(skips),
    firsts: Uint32Array.from(firsts),
    tokens,
    tokenBytes: bytesOf,
    longest: depths.reduce((longest, depth) => Math.max(longest, depth + 1), 0),
  };
}

/** Returns the tokens that have bytes in the order of their bytes. */
function sortedTokens(bytesOf: readonly (Uint8Array | undefined)[]): readonly TokenId[] {
  // Strings of one character per byte are in the order of the bytes, and compared faster.
  const keys = bytesOf.map((bytes) => bytes && String.fromCharCode(...bytes));
  const tokens = bytesOf.flatMap((bytes, token) => (bytes ? [token] : []));
  return tokens.toSorted((a, b) => (keys[a]! < keys[b]! ? -1 : keys[a] === keys[b] ? a - b : 1));
}
