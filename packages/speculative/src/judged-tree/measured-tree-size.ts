import type { TokenId } from "@decodekit/core";
import type { TokenTree } from "@decodekit/core/toolkit";
import { lengthByGain, type RoundCosts } from "../draft-length/length-by-gain.ts";
import type { MeasuredRound } from "../draft-length/policy.ts";
import { confidenceShifts } from "../draft-length/confidence-shifts.ts";
import type { CandidateTree } from "./candidate-tree.ts";

/** Decides in one decode how many candidates of each tree to read, from what that costs on this device. */
export interface TreeSize {
  /** Maximum candidates of the next tree. */
  readonly maximum: number;
  /** Returns the part of `tree` to read: the root and the most likely candidates, which may be none. */
  cut(tree: CandidateTree): TokenTree;
  /** Learns from a round, whose `committed` tokens follow the root. */
  observe(round: MeasuredRound): void;
}

/** A tree with, for each node, the corrected probability that one of its candidates comes next: 0 if it has none. */
interface ProposedTree {
  readonly tree: CandidateTree;
  readonly hits: Float64Array;
}

/**
 * Reads as many candidates as `lengthByGain` chooses. How likely it is that one of a node's candidates comes next is corrected by what
 * happened in this decode: each tree is compared with the tokens that were committed, whether its candidates were read or not.
 */
export function measuredTreeSize(maximum: number, costs: RoundCosts): TreeSize {
  const byGain = lengthByGain(maximum, costs);
  const shifts = confidenceShifts();
  let last: ProposedTree | undefined;

  const learn = ({ tree, hits }: ProposedTree, committed: Int32Array): void => {
    shifts.startRound();
    let node = 0;
    for (const token of committed) {
      if (hits[node] === 0) return;
      const next = childWith(tree, node, token);
      shifts.learn(next > 0, hits[node]!, node === 0);
      if (next < 0) return;
      node = next;
    }
  };
  return {
    get maximum() {
      return byGain.maximum;
    },
    cut(tree) {
      const { tokens, parents, probabilities } = tree;
      const share = (node: number): number => probabilities[node]! / probabilities[parents[node]!]!;
      const sums = new Float64Array(tokens.length);
      for (let node = 1; node < tokens.length; node++) sums[parents[node]!]! += share(node);
      const hits = sums.map((sum, node) => (sum > 0 ? shifts.correct(sum, node === 0) : 0));
      const gains = new Float64Array(tokens.length);
      gains[0] = 1;
      for (let node = 1; node < tokens.length; node++) {
        const parent = parents[node]!;
        gains[node] = (gains[parent]! * share(node) * hits[parent]!) / sums[parent]!;
      }
      last = { tree, hits };
      const nodes = 1 + byGain.choose(gains.subarray(1));
      return { tokens: tokens.subarray(0, nodes), parents: parents.subarray(0, nodes) };
    },
    observe(round) {
      if (last && round.committed) learn(last, round.committed);
      last = undefined;
      byGain.observe(round, true);
    },
  };
}

/** Returns the child of `node` with this token, or -1. */
function childWith({ tokens, parents }: TokenTree, node: number, token: TokenId): number {
  return parents.findIndex((parent, child) => parent === node && tokens[child] === token);
}
