import type { TokenId } from "@decodekit/core";
import type { Copying } from "./copying.ts";
import type { Successors } from "./successors.ts";

/** Continuations that share their beginnings: node i is `tokens[i]` after node `parents[i]` < i; node 0 is the last committed token. */
export interface CandidateTree {
  readonly tokens: Int32Array;
  readonly parents: Int32Array;
}

export interface TreeLimits {
  /** Most nodes beside the root, >= 1. */
  readonly nodes: number;
  /** Most tokens in a path beside the root, >= 1. */
  readonly depth: number;
}

export interface TreeSources {
  readonly successors: Successors;
  readonly copy: Pick<Copying, "place" | "at" | "rate">;
  /** Length of the sequence that `copy` may look into. */
  readonly copyEnd: number;
  /** Tokens that no path holds. */
  readonly excluded: ReadonlySet<TokenId>;
}

/** A node that could be added. */
interface Candidate {
  readonly token: TokenId;
  readonly previous: TokenId;
  readonly parent: number;
  readonly depth: number;
  /** ln of the probability that the path to it is right, as far as the sources can tell. */
  readonly score: number;
  /** Where a copy goes on after it, or -1. */
  readonly place: number;
}

/** Grows the tree from its likeliest candidates, the first found first among equals. */
export function growTree(previous: TokenId, root: TokenId, sources: TreeSources, { nodes, depth: deepest }: TreeLimits): CandidateTree {
  const tokens = [root];
  const parents = [-1];
  const waiting: Candidate[] = childrenOf(sources, { token: root, previous, parent: -1, depth: 0, score: 0, place: sources.copy.place }, 0);
  while (tokens.length <= nodes && waiting.length > 0) {
    const next = takeBest(waiting);
    tokens.push(next.token);
    parents.push(next.parent);
    if (next.depth < deepest) waiting.push(...childrenOf(sources, next, tokens.length - 1));
  }
  return { tokens: Int32Array.from(tokens), parents: Int32Array.from(parents) };
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

function takeBest(waiting: Candidate[]): Candidate {
  let best = 0;
  for (let index = 1; index < waiting.length; index++) if (waiting[index]!.score > waiting[best]!.score) best = index;
  return waiting.splice(best, 1)[0]!;
}
