import { type PluginOption, resolveOptions } from "@decodekit/core";
import { highest } from "../select/highest.ts";
import type { Revision } from "./revision.ts";

export interface RemaskBelowOptions {
  /** Probability under the step's own pass below which a token is remasked, in (0, 1]. @defaultValue 0.4 */
  readonly threshold?: number | undefined;
}

export const remaskBelowOptions = {
  threshold: {
    type: "number",
    help: "Probability below which a token is remasked",
    default: 0.4,
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
  },
} as const satisfies Readonly<Record<keyof RemaskBelowOptions, PluginOption>>;

/**
 * Remasks tokens whose probability is now below `threshold`, the lowest first, but fewer than the step committed, so that every
 * step leaves fewer positions open: the remasking of dInfer's hierarchy decoder.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function remaskBelow(options: RemaskBelowOptions = {}): Revision {
  const { threshold } = resolveOptions("remaskBelow", options, remaskBelowOptions);
  return {
    name: "remask-below",
    needsPredictions: false,
    start:
      () =>
      ({ filled, committed, tokens, predictions }) => {
        if (committed.length < 2) return {};
        const doubtful = filled
          .map((position) => ({ position, score: -predictions.probabilities(position)[tokens[position]!]! }))
          .filter(({ score }) => -score < threshold);
        return { remask: highest(doubtful, committed.length - 1) };
      },
    shouldContinue: () => false,
  };
}
