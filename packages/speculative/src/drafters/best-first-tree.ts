import type { TokenId } from "@decodekit/core";

/** A guess for one position. */
export interface RankedToken {
  readonly token: TokenId;
  readonly logProbability: number;
}

interface Candidate {
  readonly depth: number;
  readonly rank: number;
  readonly parent: number;
  /** Logarithm of the probability of the parent's path. */
  readonly before: number;
  readonly score: number;
}

/**
 * The tree of at most `budget` nodes that holds the likeliest paths when every position is independent of the others:
 * `ranked[d]` lists the tokens of position d, likeliest first. A best-first search: each node that is taken offers its next
 * sibling and its first child, neither of them likelier than itself. Of equals the one offered first is taken.
 * "DDTree", 2026, arXiv:2604.12989.
 */
export function bestFirstTree(
  ranked: readonly (readonly RankedToken[])[],
  budget: number,
): { readonly tokens: Int32Array; readonly parents: Int32Array } {
  const tokens: TokenId[] = [];
  const parents: number[] = [];
  const open: Candidate[] = [];
  const offer = (depth: number, rank: number, parent: number, before: number): void => {
    const entry = ranked[depth]?.[rank];
    if (entry && entry.logProbability > -Infinity) open.push({ depth, rank, parent, before, score: before + entry.logProbability });
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

/** Removes the candidate with the highest score; the first of equals. The list is short: two per node at most. */
function takeBest(open: Candidate[]): Candidate {
  let best = 0;
  for (const [index, { score }] of open.entries()) {
    if (score > open[best]!.score) best = index;
  }
  return open.splice(best, 1)[0]!;
}

/** The `count` likeliest tokens, likeliest first, the lowest id first among equals. */
export function rankTokens(logProbabilities: ArrayLike<number>, count: number): readonly RankedToken[] {
  const ranked: RankedToken[] = [];
  for (let token = 0; token < logProbabilities.length; token++) {
    const logProbability = logProbabilities[token]!;
    if (ranked.length === count && logProbability <= ranked.at(-1)!.logProbability) continue;
    const place = ranked.findIndex((other) => other.logProbability < logProbability);
    ranked.splice(place < 0 ? ranked.length : place, 0, { token, logProbability });
    if (ranked.length > count) ranked.pop();
  }
  return ranked;
}
