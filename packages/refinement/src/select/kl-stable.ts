import { type PluginOption, resolveOptions } from "@decodekit/core";
import type { RefineStep } from "../step-context.ts";
import { type ConfidenceScore, confidenceScore, orderByOption, type OrderByOption } from "./confidence-of.ts";
import { relativeEntropy } from "./entropy-of.ts";
import { byScore } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface KlStableOptions extends OrderByOption {
  /** Confidence at which a stable position is committed, in [0, 1]. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Nats below which the change from one step to the next counts as stable, > 0. @defaultValue 0.01 */
  readonly bound?: number | undefined;
  /** Steps in a row that must be stable, >= 1. @defaultValue 2 */
  readonly history?: number | undefined;
}

export const klStableOptions = {
  threshold: { type: "number", help: "Confidence at which a stable position is committed", default: 0.9, minimum: 0, maximum: 1 },
  bound: {
    type: "number",
    help: "Nats of change between steps below which a position is stable",
    default: 0.01,
    minimum: 0,
    exclusiveMinimum: true,
  },
  history: { type: "integer", help: "Steps in a row that must be stable", default: 2, minimum: 1 },
  orderBy: orderByOption,
} as const satisfies Readonly<Record<keyof KlStableOptions, PluginOption>>;

/**
 * Selects every position whose distribution is stable, KL(now ‖ step before) < bound for `history` steps in a row, and whose
 * confidence is at least `threshold`. If these are fewer than scheduled, the most confident of the others are added: KLASS (Kim et al.
 * 2025, arXiv 2511.05664).
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function klStable(options: KlStableOptions = {}): Selection {
  const { threshold, bound, history, orderBy } = resolveOptions("klStable", options, klStableOptions);
  const score = confidenceScore(orderBy);
  return {
    name: "kl-stable",
    dependsOnSamples: score.dependsOnSamples,
    start: () => {
      const stability = trackStability(bound);
      return (step, minCount) => choose(step, minCount, { threshold, score, isStable: (position) => stability(step, position) >= history });
    },
  };
}

function choose(
  step: RefineStep,
  minCount: number,
  rule: { readonly threshold: number; readonly score: ConfidenceScore; readonly isStable: (position: number) => boolean },
): readonly number[] {
  const stable = new Set(step.open.filter(rule.isStable));
  const ranked = byScore(rule.score.openPositions(step));
  const ready = ranked.filter(({ position, score }) => score >= rule.threshold && stable.has(position));
  const others = ranked.filter((each) => !ready.includes(each)).slice(0, Math.max(0, minCount - ready.length));
  return [...ready, ...others].map(({ position }) => position);
}

/** Counts the steps in a row for which an open position has been stable. Call the result for every open position in every step. */
function trackStability(bound: number): (step: RefineStep, position: number) => number {
  const before = new Map<number, { readonly step: number; readonly probabilities: Float64Array; readonly stableFor: number }>();
  return ({ step, predictions }, position) => {
    const probabilities = predictions.probabilities(position);
    const last = before.get(position);
    const isStable = last?.step === step - 1 && relativeEntropy(probabilities, last.probabilities) < bound;
    const stableFor = isStable ? last.stableFor + 1 : 0;
    before.set(position, { step, probabilities, stableFor });
    return stableFor;
  };
}
