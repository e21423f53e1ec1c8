import { checkOptions, numberBetween } from "@decodekit/core";
import type { ScoredPosition } from "../step.ts";
import { openConfidences, type OrderByOption, orderByCheck } from "./confidence-of.ts";
import { byScore } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface FactorOptions extends OrderByOption {
  /** How much doubt n positions may bring together, > 0: (n + 1)(1 - confidence) < factor. @defaultValue 1 */
  readonly factor?: number | undefined;
}

/**
 * The n most confident positions for the largest n with (n + 1)(1 - c_n) < factor, c_n being the n-th confidence, and at least
 * what the schedule asks for: the dynamic rule of Fast-dLLM (arXiv 2505.22618) and dInfer. Their loops also commit the least
 * confident position when it alone fails; this one does not.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function factor(options: FactorOptions = {}): Selection {
  checkOptions("factor", options, { factor: numberBetween(0, Infinity, { exclusiveMinimum: true }), orderBy: orderByCheck });
  const { factor: bound = 1, orderBy = "max-probability" } = options;
  return {
    name: "factor",
    looksAtDraws: orderBy === "sampled-probability",
    start: () => (step, least) => selectByFactor(openConfidences(step, orderBy), bound, least),
  };
}

/** The highest positions whose rank n, from 1, satisfies (n + 1)(1 - score) < factor, and the highest ones up to `least`. */
export function selectByFactor(scored: readonly ScoredPosition[], bound: number, least: number): number[] {
  return byScore(scored)
    .filter(({ score }, index) => score > 1 - bound / (index + 2) || index < least)
    .map(({ position }) => position);
}
