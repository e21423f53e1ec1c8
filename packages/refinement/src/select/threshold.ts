import { checkOptions, numberBetween, type OptionCheck } from "@decodekit/core";
import type { ScoredPosition } from "../step.ts";
import { openConfidences, type OrderByOption, orderByCheck } from "./confidence-of.ts";
import { byScore } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface ThresholdOptions extends OrderByOption {
  /** Confidence from which on a position is committed, in [0, 1]; 1 leaves it to the schedule but for certain ones. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Most positions of a step, given how many are open; at least 1 is committed. @defaultValue none: all that are confident */
  readonly most?: ((open: number) => number) | undefined;
}

/**
 * Every position whose confidence is at least `threshold`, and the most confident ones up to what the schedule asks for:
 * Fast-dLLM (Wu et al. 2025, arXiv 2505.22618). There, committing n tokens of confidence above 1 - ε at once is shown to
 * equal committing them greedily one by one when (n + 1) ε <= 1.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function threshold(options: ThresholdOptions = {}): Selection {
  checkOptions("threshold", options, { threshold: numberBetween(0, 1), orderBy: orderByCheck, most: mostCheck });
  const { threshold: bound = 0.9, orderBy = "max-probability", most = (open) => open } = options;
  return {
    name: "threshold",
    looksAtDraws: orderBy === "sampled-probability",
    start: () => (step, least) =>
      selectByThreshold(openConfidences(step, orderBy), bound, least).slice(0, Math.max(1, least, Math.floor(most(step.open.length)))),
  };
}

const mostCheck: OptionCheck = { expected: "a function of the number of open positions", accepts: (value) => typeof value === "function" };

/** Positions whose score is at least `bound`, and the highest ones up to `least`, by descending score. */
export function selectByThreshold(scored: readonly ScoredPosition[], bound: number, least: number): number[] {
  return byScore(scored)
    .filter(({ score }, rank) => score >= bound || rank < least)
    .map(({ position }) => position);
}
