import { checkOptions, numberBetween } from "@decodekit/core";
import { highest } from "../select/highest.ts";
import type { Revision } from "./revision.ts";

export interface RevokeDoubtedOptions {
  /** Probability, by a row that does not see the token, below which a token is taken back, in [0, 1]. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
}

/** Tokens that may be taken back before any step has committed some. */
const AT_FIRST = 30;

/**
 * Opens the positions whose token gets less than `threshold` from a row that sees everything but that token, the lowest first, in
 * steps that commit more than one token, and fewer than the step before has committed: so that the open ones get fewer in the
 * end. The verification of WINO ("Wide-In, Narrow-Out", arXiv 2507.18578). Needs a model with `predictLeaveOneOut`.
 * @throws InvalidOptionError for an unknown option or one out of range.
 */
export function revokeDoubted(options: RevokeDoubtedOptions = {}): Revision {
  checkOptions("revokeDoubted", options, { threshold: numberBetween(0, 1) });
  const { threshold = 0.9 } = options;
  return {
    name: "revoke-doubted",
    readsPredictions: false,
    readsLeftOut: true,
    start:
      () =>
      ({ filled, committed, committedBefore = AT_FIRST, tokens, predictions }) => {
        if (committed.length < 2) return {};
        const doubted = filled
          .map((position) => ({ position, score: -predictions.leftOut(position)[tokens[position]!]! }))
          .filter(({ score }) => -score < threshold);
        return { reopen: highest(doubted, Math.min(doubted.length, committedBefore - 1)) };
      },
    goesOn: () => false,
  };
}
