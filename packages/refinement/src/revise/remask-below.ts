import { checkOptions, numberBetween } from "@decodekit/core";
import { highest } from "../select/highest.ts";
import type { Revision } from "./revision.ts";

export interface RemaskBelowOptions {
  /** Probability, by the pass of the step, below which a token is taken back, in (0, 1]. @defaultValue 0.4 */
  readonly threshold?: number | undefined;
}

/**
 * Opens the positions whose token the model now gives less than `threshold`, the lowest first, but fewer than the step has
 * committed, so that every step leaves fewer positions open: the remasking of dInfer's hierarchy decoder.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function remaskBelow(options: RemaskBelowOptions = {}): Revision {
  checkOptions("remaskBelow", options, { threshold: numberBetween(0, 1, { exclusiveMinimum: true }) });
  const { threshold = 0.4 } = options;
  return {
    name: "remask-below",
    readsPredictions: false,
    start:
      () =>
      ({ filled, committed, tokens, predictions }) => {
        if (committed.length < 2) return {};
        const doubtful = filled
          .map((position) => ({ position, score: -predictions.probabilities(position)[tokens[position]!]! }))
          .filter(({ score }) => -score < threshold);
        return { reopen: highest(doubtful, committed.length - 1) };
      },
    goesOn: () => false,
  };
}
