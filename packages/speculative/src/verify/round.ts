import type { Draft, RandomSource, TokenId } from "@decodekit/core";

/** A draft and what the target says about it. */
interface Round {
  readonly draft: Draft;
  /** Number of drafted tokens. */
  readonly drafted: number;
  /**
   * The target's distribution of the token that follows node `node` of the draft, -1 being the committed prefix; shape
   * (vocabSize,), processed with that node's own prefix. The caller's.
   * @throws LogitsError when the row has no distribution.
   */
  readonly distribution: (node: number) => Float64Array;
  /** A token drawn from `distribution(node)`, with the randomness of the position that it would stand at. */
  readonly sample: (node: number) => TokenId;
  /** A source for this round alone. */
  readonly random: RandomSource;
}

/** What a round gives: `accepted` nodes of the draft, root first, then one token of the target's own. */
interface Verdict {
  readonly accepted: readonly number[];
  readonly next: TokenId;
}

/** Decides which drafted tokens stand, so that what is committed follows the target's distribution. */
export type Verifier = (round: Round) => Verdict;

/** Nodes 0, 1, …, n - 1 of a chain. */
export function firstNodes(count: number): readonly number[] {
  return Array.from({ length: count }, (_, node) => node);
}
