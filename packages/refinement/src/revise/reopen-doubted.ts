import { checkOptions, numberBetween, type OptionCheck } from "@decodekit/core";
import type { Revision } from "./revision.ts";

export interface ReopenDoubtedOptions {
  /** Probability below which a token is doubted, in (0, 1]. @defaultValue 0.5 */
  readonly threshold?: number | undefined;
  /** Whether it is the probability by a row that does not see the token, see `revokeDoubted`; takes twice the rows. @defaultValue false */
  readonly leaveOneOut?: boolean | undefined;
}

const isBoolean: OptionCheck = { expected: "true or false", accepts: (value) => typeof value === "boolean" };

/**
 * When nothing is open, one more pass looks at the whole canvas, and the positions whose token it gives less than `threshold` are
 * opened and worked out again; it ends when nothing is doubted, or with the steps of the canvas. For answers whose parts have to
 * agree, such as puzzles, and models that were trained on corrupted tokens.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function reopenDoubted(options: ReopenDoubtedOptions = {}): Revision {
  checkOptions("reopenDoubted", options, { threshold: numberBetween(0, 1, { exclusiveMinimum: true }), leaveOneOut: isBoolean });
  const { threshold = 0.5, leaveOneOut = false } = options;
  return {
    name: "reopen-doubted",
    readsPredictions: true,
    readsLeftOut: leaveOneOut,
    start:
      () =>
      ({ open, filled, tokens, predictions }) => {
        if (open.length > 0) return {};
        const probabilities = leaveOneOut ? predictions.leftOut : predictions.probabilities;
        return { reopen: filled.filter((position) => probabilities(position)[tokens[position]!]! < threshold) };
      },
    goesOn: ({ fullSteps }) => fullSteps < 2,
  };
}
