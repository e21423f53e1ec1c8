import { type PluginOption, resolveOptions } from "@decodekit/core";
import type { RefineStep } from "../step-context.ts";
import { confidenceScore, orderByOption, type OrderByOption } from "./confidence-of.ts";
import { entropyOf } from "./entropy-of.ts";
import { drawByScore, highest } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface RankedOptions {
  /**
   * Draws the positions in proportion to exp(score / orderTemperature), > 0, instead of selecting the highest: Dream's `alg_temp`.
   * @defaultValue none: selects the highest, the lowest position first among equals
   */
  readonly orderTemperature?: number | undefined;
}

export interface ConfidenceOptions extends RankedOptions, OrderByOption {}

const rankedOptions = {
  orderTemperature: {
    type: "number",
    help: "Draws the positions in proportion to exp(score / orderTemperature) instead of selecting the highest",
    minimum: 0,
    exclusiveMinimum: true,
  },
} as const satisfies Readonly<Record<keyof RankedOptions, PluginOption>>;

const confidenceOptions = { ...rankedOptions, orderBy: orderByOption } as const;

/**
 * Selects the most confident positions, as many as scheduled: MaskGIT's and Dream's `maskgit_plus` rule. With `orderBy`
 * "sampled-probability" it is LLaDA's `low_confidence`, which is biased above temperature 0.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function confidence(options: ConfidenceOptions = {}): Selection {
  const { orderBy, orderTemperature } = resolveOptions("confidence", options, confidenceOptions);
  const score = confidenceScore(orderBy);
  return {
    name: "confidence",
    dependsOnSamples: score.dependsOnSamples,
    start: () => (step, minCount) => choose(step, minCount, score.openPositions(step), orderTemperature),
  };
}

/**
 * Selects the positions with the largest margin between the two most likely tokens: Dream's `topk_margin` (Kim et al. 2025, "Train for
 * the Worst, Plan for the Best").
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function margin(options: RankedOptions = {}): Selection {
  return byRow("margin", options, marginOf);
}

/**
 * Selects the positions of lowest entropy: Dream's `entropy` rule.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function entropy(options: RankedOptions = {}): Selection {
  return byRow("entropy", options, (row) => -entropyOf(row));
}

function byRow(name: string, options: RankedOptions, scoreOf: (row: Float64Array) => number): Selection {
  const { orderTemperature } = resolveOptions(name, options, rankedOptions);
  return {
    name,
    dependsOnSamples: false,
    start: () => (step, minCount) => {
      const scored = step.open.map((position) => ({ position, score: scoreOf(step.predictions.probabilities(position)) }));
      return choose(step, minCount, scored, orderTemperature);
    },
  };
}

function choose(
  { random }: RefineStep,
  minCount: number,
  scored: Parameters<typeof highest>[0],
  orderTemperature: number | undefined,
): readonly number[] {
  return orderTemperature === undefined ? highest(scored, minCount) : drawByScore(scored, minCount, orderTemperature, random);
}

/** Largest probability minus the second largest, or minus 0 if there is only one. */
function marginOf(probabilities: Float64Array): number {
  let first = 0;
  let second = 0;
  for (const probability of probabilities) {
    if (probability > first) [first, second] = [probability, first];
    else if (probability > second) second = probability;
  }
  return first - second;
}
