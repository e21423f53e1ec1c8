import type { Candidates, LogitsProcessor } from "@decodekit/core";

/** One of the things that a processor may do by chance. */
export interface Branch {
  /** In (0, 1]; those of all branches sum to 1. */
  readonly probability: number;
  readonly narrow: (candidates: Candidates) => void;
}

/**
 * A processor that acts by chance. A chain follows every branch to its end and mixes the distributions, so that the chain's distribution is
 * a pure function of the row and no draw is needed but that of the token. Called by itself, as a processor of a row, it writes the natural
 * logarithms of the mixture's probabilities.
 */
export interface ChanceProcessor extends LogitsProcessor {
  /** Returns the branches for these candidates, which it does not edit: a single one where chance decides nothing. */
  readonly branches: (candidates: Candidates) => readonly Branch[];
}

export function isChance(processor: LogitsProcessor): processor is ChanceProcessor {
  return "branches" in processor;
}
