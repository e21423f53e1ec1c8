import type { TokenId } from "@decodekit/core";
import type { CandidateTree } from "./candidate-tree.ts";

/** The token that would be said at a place, and what others would cost there. */
export interface Said {
  readonly token: TokenId;
  /** By how many nats another token is less likely, >= 0. */
  readonly costOf: (other: TokenId) => number;
}

/** A tree that the causal stream has read. */
export interface JudgedCandidates extends CandidateTree {
  /** What would be said after `node`. */
  saidAfter(node: number): Said;
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
 * token that would be said in its place. So the tokens that the decode would say one by one cost nothing, and at worth 0 there are no
 * others. Another token that repeats is never taken: detours to where the text has been before are the cheapest, and would make
 * it go in circles. Of equal paths the longest, then the first.
 */
export function bestPath(tree: JudgedCandidates, worth: number): BestPath {
  const { tokens, parents } = tree;
  const said = new Map<number, Said>();
  const saidAfter = (node: number): Said => {
    const known = said.get(node) ?? tree.saidAfter(node);
    said.set(node, known);
    return known;
  };
  const depths = new Int32Array(tokens.length);
  const values = new Float64Array(tokens.length);
  let best = 0;
  for (let node = 1; node < tokens.length; node++) {
    const parent = parents[node]!;
    depths[node] = depths[parent]! + 1;
    values[node] = -Infinity;
    if (values[parent] === -Infinity) continue;
    const { token, costOf } = saidAfter(parent);
    if (tokens[node] === token) values[node] = values[parent]! + worth;
    else if (worth > 0 && !tree.repeats(node)) values[node] = values[parent]! + worth - costOf(tokens[node]!);
    const gain = values[node]! - values[best]!;
    if (gain > 0 || (gain === 0 && depths[node]! > depths[best]!)) best = node;
  }
  const nodes: number[] = [];
  for (let node = best; node >= 0; node = parents[node]!) nodes.unshift(node);
  return { nodes, next: saidAfter(best).token };
}
