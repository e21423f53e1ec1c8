import { checkOptions, integerBetween, numberBetween } from "@decodekit/core";
import type { Revision } from "./revision.ts";

export interface EditAboveOptions {
  /** Probability of the new token above which it replaces the old one, in [0, 1]. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Most steps after the one in which nothing was open any more, >= 0. @defaultValue 16 */
  readonly extraSteps?: number | undefined;
}

/**
 * Replaces every token for which the candidate is another one with a probability above `threshold`: the token editing of
 * LLaDA 2.1 (arXiv 2602.08676). When nothing is open it goes on while it still edits, for at most `extraSteps` steps, and
 * within the steps of the canvas. Pays with models that were trained on corrupted tokens.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function editAbove(options: EditAboveOptions = {}): Revision {
  checkOptions("editAbove", options, { threshold: numberBetween(0, 1), extraSteps: integerBetween(0) });
  const { threshold = 0.9, extraSteps = 16 } = options;
  return {
    name: "edit-above",
    readsPredictions: true,
    start:
      () =>
      ({ filled, tokens, predictions }) => ({
        replace: filled.filter((position) => {
          const candidate = predictions.candidate(position);
          return candidate !== tokens[position] && predictions.probabilities(position)[candidate]! > threshold;
        }),
      }),
    goesOn: ({ fullSteps, changed }) => changed && fullSteps <= extraSteps,
  };
}
