import { type PluginOption, resolveOptions } from "@decodekit/core";
import type { Revision } from "./revision.ts";

export interface RemaskDoubtedOptions {
  /** Probability below which a token is remasked, in (0, 1]. @defaultValue 0.5 */
  readonly threshold?: number | undefined;
  /** Whether to use the probability from a row that does not see the token; see `revokeDoubted`. Doubles the rows. @defaultValue false */
  readonly leaveOneOut?: boolean | undefined;
}

const OPTIONS = {
  threshold: {
    type: "number",
    help: "Probability below which a token is remasked",
    default: 0.5,
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
  },
  leaveOneOut: { type: "boolean", help: "Whether to use the probability from a row that does not see the token", default: false },
} as const satisfies Readonly<Record<keyof RemaskDoubtedOptions, PluginOption>>;

/**
 * Once nothing is open, one more pass scores the whole canvas, and tokens with a probability below `threshold` are remasked and
 * predicted again. Ends when there are none, or with the steps of the canvas. For answers whose parts must be consistent, such as
 * puzzles, and for models that were trained on corrupted tokens.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function remaskDoubted(options: RemaskDoubtedOptions = {}): Revision {
  const { threshold, leaveOneOut } = resolveOptions("remaskDoubted", options, OPTIONS);
  return {
    name: "remask-doubted",
    needsPredictions: true,
    needsLeaveOneOut: leaveOneOut,
    start:
      () =>
      ({ open, filled, tokens, predictions }) => {
        if (open.length > 0) return {};
        const probabilities = leaveOneOut ? predictions.leaveOneOut : predictions.probabilities;
        return { remask: filled.filter((position) => probabilities(position)[tokens[position]!]! < threshold) };
      },
    shouldContinue: ({ fullSteps }) => fullSteps < 2,
  };
}
