import { checkOptions, numberBetween } from "@decodekit/core";
import type { ScoredPosition } from "../step.ts";
import { entropyOf } from "./entropy-of.ts";
import { byScore } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface EntropyBoundOptions {
  /** Nats that all committed positions but the most uncertain one may hold together, >= 0. @defaultValue 0.1 */
  readonly bound?: number | undefined;
}

/**
 * The positions of lowest entropy, as many as bring at most `bound` nats besides the last one, and at least what the schedule
 * asks for: the EB-Sampler (Ben-Hamu et al. 2025, arXiv 2505.24857). The sum bounds how far the committed tokens can be from
 * independent; 0 commits what is certain and one more.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function entropyBound(options: EntropyBoundOptions = {}): Selection {
  checkOptions("entropyBound", options, { bound: numberBetween(0, Infinity) });
  const { bound = 0.1 } = options;
  return {
    name: "entropy-bound",
    looksAtDraws: false,
    start: () => (step, least) => {
      const scored = step.open.map((position) => ({ position, score: -entropyOf(step.predictions.probabilities(position)) }));
      return selectByEntropyBound(scored, bound, least);
    },
  };
}

/** Positions by ascending entropy (the score negated) while those before sum to at most `bound`, and at least `least`. */
export function selectByEntropyBound(scored: readonly ScoredPosition[], bound: number, least: number): number[] {
  let before = 0;
  return byScore(scored)
    .filter(({ score }, rank) => {
      const isIn = before <= bound || rank < least;
      before -= score;
      return isIn;
    })
    .map(({ position }) => position);
}
