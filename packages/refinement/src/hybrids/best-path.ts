import { argmax, type TokenId } from "@decodekit/core";
import type { CandidateTree } from "./candidate-tree.ts";

/** A tree that the causal stream has read. */
export interface JudgedCandidates extends CandidateTree {
  /** The row after `node`, shape (V,), processed. */
  rowAfter(node: number): Float32Array;
  /** Whether `node` ends a run of tokens that the text holds already. */
  repeats(node: number): boolean;
}

/** What is taken of a tree: a path from the root, and the likeliest token after it. */
export interface BestPath {
  /** Nodes, root first; the root is always among them. */
  readonly nodes: readonly number[];
  readonly next: TokenId;
}

/**
 * The path with the greatest sum, over its tokens, of `worth` less what the token costs: by how many nats it is less likely than the
 * likeliest token in its place. So the tokens that greedy decoding would say cost nothing, and at worth 0 there are no others. A
 * token that costs and repeats is never taken: detours to where the text has been before are the cheapest, and would make it
 * go in circles. Of equal paths the longest, then the first.
 */
export function bestPath(tree: JudgedCandidates, worth: number): BestPath {
  const { tokens, parents } = tree;
  const likeliest = new Int32Array(tokens.length);
  const depths = new Int32Array(tokens.length);
  const values = new Float64Array(tokens.length);
  let best = 0;
  for (let node = 0; node < tokens.length; node++) {
    likeliest[node] = argmax(tree.rowAfter(node));
    if (node === 0) continue;
    const parent = parents[node]!;
    const row = tree.rowAfter(parent);
    const cost = row[likeliest[parent]!]! - row[tokens[node]!]!;
    const isTaken = cost === 0 ? tokens[node] === likeliest[parent] : worth > 0 && !tree.repeats(node);
    depths[node] = depths[parent]! + 1;
    values[node] = isTaken ? values[parent]! + worth - cost : -Infinity;
    const gain = values[node]! - values[best]!;
    if (gain > 0 || (gain === 0 && depths[node]! > depths[best]!)) best = node;
  }
  const nodes: number[] = [];
  for (let node = best; node >= 0; node = parents[node]!) nodes.unshift(node);
  return { nodes, next: likeliest[best]! };
}
