import { type TokenId } from "@decodekit/core";
import { takeBest, type TokenTree } from "@decodekit/core/toolkit";

/** A candidate token for one position. */
export interface RankedToken {
  readonly token: TokenId;
  readonly logProbability: number;
}

interface Candidate {
  readonly depth: number;
  readonly rank: number;
  readonly parent: number;
  /** Log-probability of the parent's path. */
  readonly before: number;
  readonly score: number;
}

/**
 * Builds the tree of at most `budget` nodes that contains the most likely paths, if the positions are independent of each other.
 * `ranked[d]` lists the tokens of position d, most likely first. A best-first search: each node that is added offers its next sibling and
 * its first child, neither of which is more likely. Among equals the one offered first is added.
 * "DDTree", 2026, arXiv:2604.12989.
 */
export function bestFirstTree(ranked: readonly (readonly RankedToken[])[], budget: number): TokenTree {
  const tokens: TokenId[] = [];
  const parents: number[] = [];
  const open: Candidate[] = [];
  const offer = (depth: number, rank: number, parent: number, before: number): void => {
    const entry = ranked[depth]?.[rank];
    if (entry) open.push({ depth, rank, parent, before, score: before + entry.logProbability });
  };
  offer(0, 0, -1, 0);
  while (tokens.length < budget && open.length > 0) {
    const { depth, rank, parent, before, score } = takeBest(open);
    const node = tokens.length;
    tokens.push(ranked[depth]![rank]!.token);
    parents.push(parent);
    offer(depth, rank + 1, parent, before);
    offer(depth + 1, 0, node, score);
  }
  return { tokens: Int32Array.from(tokens), parents: Int32Array.from(parents) };
}
