import { type TokenId } from "@decodekit/core";
import { takeBest, type TokenTree } from "@decodekit/core/toolkit";
import type { CopyTracker } from "./copy-tracker.ts";
import type { TokenSuccessors } from "./token-recycling.ts";

export interface TreeLimits {
  /** Maximum nodes besides the root, >= 1. */
  readonly nodes: number;
  /** Maximum tokens in a path besides the root, >= 1. */
  readonly depth: number;
  /** What reading one more node adds to the time of a pass, as a part of a pass over the root alone, >= 0. */
  readonly rowCost: number;
}

export interface TreeSources {
  readonly successors: TokenSuccessors;
  readonly copy: Pick<CopyTracker, "place" | "at" | "rate">;
  /** Length of the sequence that `copy` may read. */
  readonly copyEnd: number;
  /** Tokens that no path contains. */
  readonly excluded: ReadonlySet<TokenId>;
}

/** A tree and the estimated probabilities of its nodes. */
export interface CandidateTree extends TokenTree {
  /** That the text continues with the path to a node, shape (n,), in descending order; 1 for the root. */
  readonly probabilities: Float64Array;
}

/** A node that could be added. */
interface Candidate {
  readonly token: TokenId;
  readonly previous: TokenId;
  readonly parent: number;
  readonly depth: number;
  /** Log of the estimated probability of the path. */
  readonly score: number;
  /** Position at which the copy continues after this node, or -1. */
  readonly place: number;
}

/**
 * Builds a tree best-first. Its only root, node 0, is the last committed token. Among equally likely candidates the one found first is
 * added. `previous` is the token before the root. A pass is expected to yield one token and one more for each node that is right, so
 * the tree ends where the next candidate, the likeliest, would lower the tokens that are expected for the time of a pass.
 */
export function growTree(previous: TokenId, root: TokenId, sources: TreeSources, limits: TreeLimits): CandidateTree {
  const { nodes, depth: deepest, rowCost } = limits;
  const tokens = [root];
  const parents = [-1];
  const probabilities = [1];
  let expected = 1;
  const candidates: Candidate[] = childrenOf(
    sources,
    { token: root, previous, parent: -1, depth: 0, score: 0, place: sources.copy.place },
    0,
  );
  while (tokens.length <= nodes && candidates.length > 0) {
    const next = takeBest(candidates);
    const probability = Math.exp(next.score);
    if (probability * (1 + rowCost * (tokens.length - 1)) < rowCost * expected) break;
    expected += probability;
    tokens.push(next.token);
    parents.push(next.parent);
    probabilities.push(probability);
    if (next.depth < deepest) candidates.push(...childrenOf(sources, next, tokens.length - 1));
  }
  return { tokens: Int32Array.from(tokens), parents: Int32Array.from(parents), probabilities: Float64Array.from(probabilities) };
}

function childrenOf(sources: TreeSources, parent: Candidate, node: number): Candidate[] {
  const { successors, copy, copyEnd, excluded } = sources;
  const copied = parent.place >= 0 && parent.place < copyEnd ? copy.at(parent.place) : undefined;
  const copyRate = copied === undefined ? 0 : copy.rate;
  const place = copied === undefined ? -1 : parent.place + 1;
  const child = (token: TokenId, probability: number): Candidate => ({
    token,
    previous: parent.token,
    parent: node,
    depth: parent.depth + 1,
    score: parent.score + Math.log(probability),
    place,
  });
  const children: Candidate[] = [];
  let copiedProbability = copyRate;
  for (const { token, logProbability } of successors.after(parent.previous, parent.token)) {
    const probability = (1 - copyRate) * Math.exp(logProbability);
    if (token === copied) copiedProbability += probability;
    else if (!excluded.has(token)) children.push(child(token, probability));
  }
  if (copied !== undefined && !excluded.has(copied)) children.push(child(copied, copiedProbability));
  return children;
}
