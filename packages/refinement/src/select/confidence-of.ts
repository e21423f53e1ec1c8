import type { PluginOption } from "@decodekit/core";
import type { RefineStep, ScoredPosition } from "../step-context.ts";

/** Whether confidence is the probability of the most likely token, or of the drawn token. The same at temperature 0. */
export type OrderBy = "max-probability" | "sampled-probability";

export interface OrderByOption {
  /**
   * The confidence of a position: the probability of its most likely token, or of the token drawn for it. LLaDA and Fast-dLLM use the
   * latter, which is biased at temperatures above 0 (see `Selection.dependsOnSamples`).
   * @defaultValue "max-probability"
   */
  readonly orderBy?: OrderBy | undefined;
}

export const orderByOption = {
  type: "string",
  help: "The confidence of a position: the probability of its most likely token, or of its drawn token",
  default: "max-probability",
  choices: ["max-probability", "sampled-probability"],
} as const satisfies PluginOption;

/** Scores positions by confidence. */
export interface ConfidenceScore {
  readonly dependsOnSamples: boolean;
  /** The confidence of every open position, in [0, 1], in ascending order of position. */
  openPositions(step: RefineStep): ScoredPosition[];
}

export function confidenceScore(orderBy: OrderBy): ConfidenceScore {
  const isSampled = orderBy === "sampled-probability";
  return {
    dependsOnSamples: isSampled,
    openPositions: ({ open, predictions }) =>
      open.map((position) => {
        const probabilities = predictions.probabilities(position);
        return { position, score: isSampled ? probabilities[predictions.candidate(position)]! : largest(probabilities) };
      }),
  };
}

/** The largest of `values`, shape (n,), n >= 1. */
export function largest(values: ArrayLike<number>): number {
  let maximum = values[0]!;
  for (let index = 1; index < values.length; index++) if (values[index]! > maximum) maximum = values[index]!;
  return maximum;
}
