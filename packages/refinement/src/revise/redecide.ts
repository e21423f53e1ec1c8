import { argmax, type PluginOption, resolveOptions } from "@decodekit/core";
import { entropyOf } from "../select/entropy-of.ts";
import type { Changes, RevisedStep, Revision } from "./revision.ts";

export interface RedecideOptions {
  /** Preceding steps with the same most likely tokens for the canvas to end early, >= 0. @defaultValue 1 */
  readonly stabilityThreshold?: number | undefined;
  /** Mean entropy of the positions, in nats, below which the canvas may end early, >= 0. @defaultValue 0.005 */
  readonly confidenceThreshold?: number | undefined;
}

export const redecideOptions = {
  stabilityThreshold: {
    type: "integer",
    help: "Steps with the same most likely tokens before the canvas ends early",
    default: 1,
    minimum: 0,
  },
  confidenceThreshold: { type: "number", help: "Mean entropy in nats below which the canvas may end early", default: 0.005, minimum: 0 },
} as const satisfies Readonly<Record<keyof RedecideOptions, PluginOption>>;

/**
 * Keeps no token: every step decides all positions again. It reads the tokens that the step before committed, and new noise
 * elsewhere. Ends with the most likely token of every position, early if they are stable and certain under the distributions that
 * `scores` selects. The sampler of DiffusionGemma (transformers, models/diffusion_gemma), without its self-conditioning, which belongs
 * to the model. With `noise: "absorbing"` the positions that are not committed are masked instead.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function redecide(options: RedecideOptions = {}): Revision {
  const { stabilityThreshold, confidenceThreshold } = resolveOptions("redecide", options, redecideOptions);
  return {
    name: "redecide",
    needsPredictions: false,
    endsWith: "most-likely",
    start() {
      const isSettled = stable(stabilityThreshold);
      return (step): Changes => {
        if (isSettled(step) && meanEntropy(step) < confidenceThreshold) return { finish: true };
        const committed = new Set(step.committed);
        return { remask: step.open.filter((position) => !committed.has(position)), reconsider: step.committed };
      };
    },
    shouldContinue: () => false,
  };
}

/** Returns a function that reports whether a step has the same most likely tokens as the `count` steps before. */
function stable(count: number): (step: RevisedStep) => boolean {
  const history: string[] = [];
  return ({ open, predictions }) => {
    const mostLikely = open.map((position) => argmax(predictions.probabilities(position))).join();
    const isStable = history.length === count && history.every((before) => before === mostLikely);
    history.push(mostLikely);
    if (history.length > count) history.shift();
    return isStable;
  };
}

function meanEntropy({ open, predictions }: RevisedStep): number {
  return open.reduce((sum, position) => sum + entropyOf(predictions.probabilities(position)), 0) / open.length;
}
