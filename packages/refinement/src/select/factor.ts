import { type PluginOption, resolveOptions } from "@decodekit/core";
import type { ScoredPosition } from "../step-context.ts";
import { confidenceScore, orderByOption, type OrderByOption } from "./confidence-of.ts";
import { byScore } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface FactorOptions extends OrderByOption {
  /** Bound on the joint uncertainty of n positions, > 0: (n + 1)(1 - confidence) < factor. @defaultValue 1 */
  readonly factor?: number | undefined;
}

export const factorOptions = {
  factor: {
    type: "number",
    help: "Bound on the joint uncertainty of n positions: (n + 1)(1 - confidence) < factor",
    default: 1,
    minimum: 0,
    exclusiveMinimum: true,
  },
  orderBy: orderByOption,
} as const satisfies Readonly<Record<keyof FactorOptions, PluginOption>>;

/**
 * Selects the n most confident positions for the largest n with (n + 1)(1 - c_n) < factor, where c_n is the n-th confidence, and at least
 * the scheduled number: the dynamic rule of Fast-dLLM (arXiv 2505.22618) and dInfer. Their loops also commit the least
 * confident position if it alone fails; this one does not.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function factor(options: FactorOptions = {}): Selection {
  const { factor: bound, orderBy } = resolveOptions("factor", options, factorOptions);
  const score = confidenceScore(orderBy);
  return {
    name: "factor",
    dependsOnSamples: score.dependsOnSamples,
    start: () => (step, minCount) => selectByFactor(score.openPositions(step), bound, minCount),
  };
}

/** The highest positions whose rank n, from 1, satisfies (n + 1)(1 - score) < `bound`, and at least the `minCount` highest ones. */
export function selectByFactor(scored: readonly ScoredPosition[], bound: number, minCount: number): number[] {
  return byScore(scored)
    .filter(({ score }, index) => score > 1 - bound / (index + 2) || index < minCount)
    .map(({ position }) => position);
}
