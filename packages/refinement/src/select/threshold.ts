import { objectOption, type PluginOption, resolveOptions } from "@decodekit/core";
import type { ScoredPosition } from "../step-context.ts";
import { confidenceScore, orderByOption, type OrderByOption } from "./confidence-of.ts";
import { byScore } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface ThresholdOptions extends OrderByOption {
  /** Confidence at which a position is committed, in [0, 1]; 1 commits certain positions and the scheduled number. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Maximum positions of a step, given the number of open ones; at least 1 is committed. @defaultValue none: all confident positions */
  readonly maxCount?: ((open: number) => number) | undefined;
}

export const thresholdOptions = {
  threshold: { type: "number", help: "Confidence at which a position is committed", default: 0.9, minimum: 0, maximum: 1 },
  orderBy: orderByOption,
} as const satisfies Readonly<Record<string, PluginOption>>;

const OPTIONS = {
  ...thresholdOptions,
  maxCount: objectOption("a function of the number of open positions", (value) => typeof value === "function"),
} as const;

/**
 * Selects every position whose confidence is at least `threshold`, and at least the scheduled number of most confident positions:
 * Fast-dLLM (Wu et al. 2025, arXiv 2505.22618). The paper shows that committing n tokens of confidence above 1 - ε at once
 * equals committing them greedily one by one if (n + 1) ε <= 1.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function threshold(options: ThresholdOptions = {}): Selection {
  const { threshold: bound, orderBy, maxCount = (open: number) => open } = resolveOptions("threshold", options, OPTIONS);
  const score = confidenceScore(orderBy);
  return {
    name: "threshold",
    dependsOnSamples: score.dependsOnSamples,
    start: () => (step, minCount) => {
      const count = Math.max(1, minCount, Math.floor(maxCount(step.open.length)));
      return selectByThreshold(score.openPositions(step), bound, minCount).slice(0, count);
    },
  };
}

/** Positions whose score is at least `bound`, and at least the `minCount` highest ones, by descending score. */
export function selectByThreshold(scored: readonly ScoredPosition[], bound: number, minCount: number): number[] {
  return byScore(scored)
    .filter(({ score }, rank) => score >= bound || rank < minCount)
    .map(({ position }) => position);
}
