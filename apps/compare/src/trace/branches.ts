import type { TokenId } from "@decodekit/core";
import type { ReadTree } from "./read-trees.ts";

/** Candidates of a draft tree that follow each other without an alternative, and the branches after the last of them. */
export interface Branch {
  readonly candidates: readonly BranchCandidate[];
  readonly branches: readonly Branch[];
}

interface BranchCandidate {
  readonly token: TokenId;
  readonly isAccepted: boolean;
}

/** Returns the branches of a draft tree, siblings in the order of their nodes: the drafter's likeliest first. */
export function branchesOf({ tree: { tokens, parents }, accepted = [] }: Pick<ReadTree, "tree" | "accepted">): readonly Branch[] {
  const childrenOf = (node: number): number[] => [...parents.keys()].filter((child) => parents[child] === node);
  const isAccepted = acceptedNodes({ tokens, parents }, accepted);
  const branchFrom = (first: number): Branch => {
    const candidates: BranchCandidate[] = [];
    let children = [first];
    while (children.length === 1) {
      const [node] = children as [number];
      candidates.push({ token: tokens[node]!, isAccepted: isAccepted.has(node) });
      children = childrenOf(node);
    }
    return { candidates, branches: children.map(branchFrom) };
  };
  return childrenOf(-1).map(branchFrom);
}

function acceptedNodes({ tokens, parents }: ReadTree["tree"], accepted: readonly TokenId[]): ReadonlySet<number> {
  const nodes = new Set<number>();
  let node = -1;
  for (const token of accepted) {
    node = parents.findIndex((parent, index) => parent === node && tokens[index] === token);
    if (node < 0) break;
    nodes.add(node);
  }
  return nodes;
}
