import { checkOptions, numberBetween, type OptionCheck } from "@decodekit/core";
import type { RefineStep } from "../step.ts";
import { type OrderByOption, openConfidences, orderByCheck } from "./confidence-of.ts";
import { entropyOf } from "./entropy-of.ts";
import { drawByScore, highest } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface RankedOptions {
  /**
   * Draws the positions in proportion to exp(score / orderTemperature) in place of taking the highest, > 0: Dream's `alg_temp`.
   * @defaultValue none: the highest, the lowest position first among equals
   */
  readonly orderTemperature?: number | undefined;
}

export interface ConfidenceOptions extends RankedOptions, OrderByOption {}

const rankedChecks: Readonly<Record<string, OptionCheck>> = {
  orderTemperature: numberBetween(0, Infinity, { exclusiveMinimum: true }),
};

/**
 * The most confident positions, as many as the schedule says: MaskGIT's and Dream's `maskgit_plus` rule; with `orderBy`
 * "sampled-probability" LLaDA's `low_confidence`, which is biased above temperature 0.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function confidence(options: ConfidenceOptions = {}): Selection {
  checkOptions("confidence", options, { ...rankedChecks, orderBy: orderByCheck });
  const { orderBy = "max-probability", orderTemperature } = options;
  return {
    name: "confidence",
    looksAtDraws: orderBy === "sampled-probability",
    start: () => (step, least) => choose(step, least, openConfidences(step, orderBy), orderTemperature),
  };
}

/**
 * The positions where the likeliest token is furthest ahead of the second: Dream's `topk_margin` (Kim et al. 2025, "Train for
 * the Worst, Plan for the Best").
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function margin(options: RankedOptions = {}): Selection {
  return byRow("margin", options, marginOf);
}

/**
 * The positions of lowest entropy: Dream's `entropy` rule.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function entropy(options: RankedOptions = {}): Selection {
  return byRow("entropy", options, (row) => -entropyOf(row));
}

function byRow(name: string, options: RankedOptions, scoreOf: (row: Float64Array) => number): Selection {
  checkOptions(name, options, rankedChecks);
  return {
    name,
    looksAtDraws: false,
    start: () => (step, least) => {
      const scored = step.open.map((position) => ({ position, score: scoreOf(step.predictions.probabilities(position)) }));
      return choose(step, least, scored, options.orderTemperature);
    },
  };
}

function choose(
  { random }: RefineStep,
  least: number,
  scored: Parameters<typeof highest>[0],
  orderTemperature: number | undefined,
): readonly number[] {
  return orderTemperature === undefined ? highest(scored, least) : drawByScore(scored, least, orderTemperature, random);
}

/** Largest probability less the second largest; the first alone where there is only one. */
function marginOf(probabilities: Float64Array): number {
  let first = 0;
  let second = 0;
  for (const probability of probabilities) {
    if (probability > first) [first, second] = [probability, first];
    else if (probability > second) second = probability;
  }
  return first - second;
}
