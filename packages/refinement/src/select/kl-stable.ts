import { checkOptions, integerBetween, numberBetween } from "@decodekit/core";
import type { RefineStep } from "../step.ts";
import { openConfidences, type OrderBy, type OrderByOption, orderByCheck } from "./confidence-of.ts";
import { relativeEntropy } from "./entropy-of.ts";
import { byScore } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface KlStableOptions extends OrderByOption {
  /** Confidence from which on a stable position is committed, in [0, 1]. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Nats below which the change from one step to the next counts as stable, > 0. @defaultValue 0.01 */
  readonly bound?: number | undefined;
  /** Steps in a row that must be stable, >= 1. @defaultValue 2 */
  readonly history?: number | undefined;
}

/**
 * Every position whose distribution has been stable, KL(now ‖ step before) < bound for `history` steps in a row, and whose
 * confidence is at least `threshold`; where these are fewer than the schedule asks for, the most confident of the others too:
 * KLASS (Kim et al. 2025, arXiv 2511.05664).
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function klStable(options: KlStableOptions = {}): Selection {
  checkOptions("klStable", options, {
    threshold: numberBetween(0, 1),
    bound: numberBetween(0, Infinity, { exclusiveMinimum: true }),
    history: integerBetween(1),
    orderBy: orderByCheck,
  });
  const { threshold = 0.9, bound = 0.01, history = 2, orderBy = "max-probability" } = options;
  return {
    name: "kl-stable",
    looksAtDraws: orderBy === "sampled-probability",
    start: () => {
      const stability = trackStability(bound);
      return (step, least) => choose(step, least, { threshold, orderBy, isStable: (position) => stability(step, position) >= history });
    },
  };
}

function choose(
  step: RefineStep,
  least: number,
  rule: { readonly threshold: number; readonly orderBy: OrderBy; readonly isStable: (position: number) => boolean },
): readonly number[] {
  const stable = new Set(step.open.filter(rule.isStable));
  const ranked = byScore(openConfidences(step, rule.orderBy));
  const ready = ranked.filter(({ position, score }) => score >= rule.threshold && stable.has(position));
  const others = ranked.filter((each) => !ready.includes(each)).slice(0, Math.max(0, least - ready.length));
  return [...ready, ...others].map(({ position }) => position);
}

/** Tells how many steps in a row an open position has been stable; to be asked for every open position in every step. */
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
