import { type PluginOption, resolveOptions } from "@decodekit/core";
import type { Revision } from "./revision.ts";

export interface EditAboveOptions {
  /** Probability of the new token above which it replaces the old one, in [0, 1]. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Maximum steps after the one in which the last position was filled, >= 0. @defaultValue 16 */
  readonly extraSteps?: number | undefined;
}

export const editAboveOptions = {
  threshold: {
    type: "number",
    help: "Probability above which another token replaces the current one",
    default: 0.9,
    minimum: 0,
    maximum: 1,
  },
  extraSteps: { type: "integer", help: "Maximum steps after every position is filled", default: 16, minimum: 0 },
} as const satisfies Readonly<Record<keyof EditAboveOptions, PluginOption>>;

/**
 * Replaces every token for which another token is the candidate with a probability above `threshold`: the token editing of LLaDA 2.1
 * (arXiv 2602.08676). Once nothing is open, it continues while it still edits, for at most `extraSteps` steps within the steps
 * of the canvas. Pays off for models that were trained on corrupted tokens.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function editAbove(options: EditAboveOptions = {}): Revision {
  const { threshold, extraSteps } = resolveOptions("editAbove", options, editAboveOptions);
  return {
    name: "edit-above",
    needsPredictions: true,
    start:
      () =>
      ({ filled, tokens, predictions }) => ({
        replace: filled.filter((position) => {
          const candidate = predictions.candidate(position);
          return candidate !== tokens[position] && predictions.probabilities(position)[candidate]! > threshold;
        }),
      }),
    shouldContinue: ({ fullSteps, changed }) => changed && fullSteps <= extraSteps,
  };
}
