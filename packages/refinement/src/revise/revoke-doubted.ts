import { type PluginOption, resolveOptions } from "@decodekit/core";
import { highest } from "../select/highest.ts";
import type { Revision } from "./revision.ts";

export interface RevokeDoubtedOptions {
  /** Probability, from a row that does not see the token, below which a token is remasked, in [0, 1]. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
}

/** Stands for the number of commits before the first step. */
const INITIAL_COMMITTED = 30;

export const revokeDoubtedOptions = {
  threshold: {
    type: "number",
    help: "Probability, from a row that does not see the token, below which it is remasked",
    default: 0.9,
    minimum: 0,
    maximum: 1,
  },
} as const satisfies Readonly<Record<keyof RevokeDoubtedOptions, PluginOption>>;

/**
 * Remasks tokens whose probability is below `threshold` in a row that sees everything but that token, the lowest first. Only in steps that
 * commit more than one token, and fewer tokens than the step before committed, so that the number of open positions shrinks
 * eventually. The verification of WINO ("Wide-In, Narrow-Out", arXiv 2507.18578). Requires a model with `predictLeaveOneOut`.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function revokeDoubted(options: RevokeDoubtedOptions = {}): Revision {
  const { threshold } = resolveOptions("revokeDoubted", options, revokeDoubtedOptions);
  return {
    name: "revoke-doubted",
    needsPredictions: false,
    needsLeaveOneOut: true,
    start:
      () =>
      ({ filled, committed, previousCommitCount = INITIAL_COMMITTED, tokens, predictions }) => {
        if (committed.length < 2) return {};
        const doubted = filled
          .map((position) => ({ position, score: -predictions.leaveOneOut(position)[tokens[position]!]! }))
          .filter(({ score }) => -score < threshold);
        return { remask: highest(doubted, Math.min(doubted.length, previousCommitCount - 1)) };
      },
    shouldContinue: () => false,
  };
}
