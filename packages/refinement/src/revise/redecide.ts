import { argmax, checkOptions, integerBetween, numberBetween } from "@decodekit/core";
import { entropyOf } from "../select/entropy-of.ts";
import type { Changes, RevisedStep, Revision } from "./revision.ts";

export interface RedecideOptions {
  /** Steps before this one that must have had the same likeliest tokens for the canvas to end early, >= 0. @defaultValue 1 */
  readonly stabilityThreshold?: number | undefined;
  /** Mean entropy of the positions, in nats, below which the canvas may end early, >= 0. @defaultValue 0.005 */
  readonly confidenceThreshold?: number | undefined;
}

/**
 * Keeps nothing: every step decides all positions anew, reading the tokens that the step before has committed, and noise elsewhere,
 * drawn afresh. Ends with the likeliest token of every position, early when they are stable and certain, both by what tokens are
 * scored with. The sampler of DiffusionGemma (transformers, models/diffusion_gemma), less its self-conditioning, which is the
 * model's; with `noise: "absorbing"` the positions that are not committed are masked instead.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function redecide(options: RedecideOptions = {}): Revision {
  checkOptions("redecide", options, { stabilityThreshold: integerBetween(0), confidenceThreshold: numberBetween(0, Infinity) });
  const { stabilityThreshold = 1, confidenceThreshold = 0.005 } = options;
  return {
    name: "redecide",
    readsPredictions: false,
    endsWith: "likeliest",
    start() {
      const isSettled = stable(stabilityThreshold);
      return (step): Changes => {
        if (isSettled(step) && meanEntropy(step) < confidenceThreshold) return { finish: true };
        const committed = new Set(step.committed);
        return { reopen: step.open.filter((position) => !committed.has(position)), loosen: step.committed };
      };
    },
    goesOn: () => false,
  };
}

/** Tells whether the likeliest tokens of a step are those of the `count` steps before. */
function stable(count: number): (step: RevisedStep) => boolean {
  const history: string[] = [];
  return ({ open, predictions }) => {
    const likeliest = open.map((position) => argmax(predictions.probabilities(position))).join();
    const isStable = history.length === count && history.every((before) => before === likeliest);
    history.push(likeliest);
    if (history.length > count) history.shift();
    return isStable;
  };
}

function meanEntropy({ open, predictions }: RevisedStep): number {
  return open.reduce((sum, position) => sum + entropyOf(predictions.probabilities(position)), 0) / open.length;
}
