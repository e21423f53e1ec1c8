import type { TokenId } from "../contracts/model.ts";

/**
 * Continuations of a sequence that share their beginnings: node i is `tokens[i]` and follows node `parents[i]` < i, or the sequence
 * itself if `parents[i]` is -1. Both have shape (n,).
 */
export interface TokenTree {
  readonly tokens: Int32Array;
  readonly parents: Int32Array;
}

/** Returns the first node whose parent is neither -1 nor an earlier node, or undefined if there is none. */
export function findInvalidParent(parents: Int32Array): number | undefined {
  const node = parents.findIndex((parent, index) => parent < -1 || parent >= index);
  return node < 0 ? undefined : node;
}

/** Returns the number of nodes on the path to each node, itself included, shape (n,). The parents must be valid. */
export function nodeDepths(parents: Int32Array): Int32Array {
  const depths = new Int32Array(parents.length);
  for (const [node, parent] of parents.entries()) depths[node] = parent < 0 ? 1 : depths[parent]! + 1;
  return depths;
}

/** Returns the nodes from the first one after the sequence to `node`; none for -1. */
export function pathTo(node: number, parents: Int32Array): number[] {
  const path: number[] = [];
  for (let step = node; step >= 0; step = parents[step]!) path.unshift(step);
  return path;
}

/** Returns the tokens on the path to `node`, shape (depth,). */
export function pathTokens(node: number, { tokens, parents }: TokenTree): TokenId[] {
  return pathTo(node, parents).map((each) => tokens[each]!);
}

/** Returns the tokens of the chain that starts at the first root and follows the first child of each node. */
export function firstChain({ tokens, parents }: TokenTree): Int32Array {
  const chain: TokenId[] = [];
  for (let node = parents.indexOf(-1); node >= 0; node = parents.indexOf(node)) chain.push(tokens[node]!);
  return Int32Array.from(chain);
}

/** Removes and returns the item with the highest score, the first of equals. For short lists. */
export function takeBest<Item extends { readonly score: number }>(items: Item[]): Item {
  let best = 0;
  for (let index = 1; index < items.length; index++) if (items[index]!.score > items[best]!.score) best = index;
  return items.splice(best, 1)[0]!;
}
