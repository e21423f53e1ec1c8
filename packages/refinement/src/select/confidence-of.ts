import { oneOf, type OptionCheck } from "@decodekit/core";
import type { RefineStep, ScoredPosition } from "../step.ts";

/** Whether confidence is that of the likeliest token, or of the token that was drawn. Equal at temperature 0. */
export type OrderBy = "max-probability" | "sampled-probability";

export interface OrderByOption {
  /**
   * What stands for the confidence of a position: the probability of its likeliest token, or that of the token drawn for it,
   * which is what LLaDA and Fast-dLLM compute, and biased at temperatures above 0 (see `Selection.looksAtDraws`).
   * @defaultValue "max-probability"
   */
  readonly orderBy?: OrderBy | undefined;
}

export const orderByCheck: OptionCheck = oneOf("max-probability", "sampled-probability");

/** Confidence of every open position, in [0, 1]. */
export function openConfidences(step: RefineStep, orderBy: OrderBy): ScoredPosition[] {
  return step.open.map((position) => ({ position, score: confidenceOf(step, position, orderBy) }));
}

function confidenceOf({ predictions }: RefineStep, position: number, orderBy: OrderBy): number {
  const probabilities = predictions.probabilities(position);
  return orderBy === "sampled-probability" ? probabilities[predictions.candidate(position)]! : largest(probabilities);
}

/** The largest of `values`, shape (n,), n >= 1. */
export function largest(values: ArrayLike<number>): number {
  let maximum = values[0]!;
  for (let index = 1; index < values.length; index++) if (values[index]! > maximum) maximum = values[index]!;
  return maximum;
}
