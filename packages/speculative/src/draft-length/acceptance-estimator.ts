import type { MeasuredRound } from "./policy.ts";

/** Estimates how many tokens a draft of each length yields, from recent rounds. */
export interface AcceptanceEstimator {
  /** The number of rounds that all observations count as, in [0, 192). */
  readonly weight: number;
  /** Whether any drafted token was accepted. */
  readonly hasAccepted: boolean;
  /** The most tokens requested in one round since the last `discountTo`, >= 0. */
  readonly longestDraft: number;
  /** Adds a round with at least 1 requested token. */
  add(round: Pick<MeasuredRound, "requested" | "accepted">): void;
  /** Reduces the weight of all observations to at most `weight` rounds. */
  discountTo(weight: number): void;
  /** Entry i is the expected number of tokens that a round commits when i + 1 are requested, in [1, i + 2]; shape (maximum,). */
  expectedTokens(maximum: number): readonly number[];
}

/** Factor by which each later round reduces the weight of a round. */
const DISCOUNT = 1 - 1 / 192;
/** Lowest prior acceptance rate of a token after an accepted one. It is optimistic, so that longer drafts are tried. */
const OPTIMISTIC_ACCEPTANCE = 0.8;
/** Weight of a prior, in observed tokens. */
const PRIOR_WEIGHT = 2;

/**
 * Counts for each position in a draft how often it was reached, that is, requested with all tokens before it accepted, and how often its
 * token was accepted. A position for which the drafter proposed nothing counts as rejected. A draft that was cut off therefore counts
 * only for the positions that it reached, as in the estimator of Kaplan and Meier 1958.
 */
export function acceptanceEstimator(): AcceptanceEstimator {
  const reachedAt: number[] = [];
  const acceptedAt: number[] = [];
  let weight = 0;
  let longestDraft = 0;
  const discount = (factor: number): void => {
    weight *= factor;
    for (let place = 0; place < reachedAt.length; place++) {
      reachedAt[place]! *= factor;
      acceptedAt[place]! *= factor;
    }
  };
  const rate = (hits: number, all: number, prior: number): number => (hits + PRIOR_WEIGHT * prior) / (all + PRIOR_WEIGHT);
  return {
    get weight() {
      return weight;
    },
    get longestDraft() {
      return longestDraft;
    },
    get hasAccepted() {
      return (acceptedAt[0] ?? 0) > 0;
    },
    add({ requested, accepted }) {
      discount(DISCOUNT);
      weight++;
      longestDraft = Math.max(longestDraft, requested);
      for (let place = 0; place <= accepted && place < requested; place++) {
        reachedAt[place] = (reachedAt[place] ?? 0) + 1;
        acceptedAt[place] = (acceptedAt[place] ?? 0) + (place < accepted ? 1 : 0);
      }
    },
    discountTo(maxWeight) {
      if (weight > maxWeight) discount(maxWeight / weight);
      longestDraft = 0;
    },
    expectedTokens(maximum) {
      const first = rate(acceptedAt[0] ?? 0, reachedAt[0] ?? 0, 0.5);
      const later = rate(
        sum(acceptedAt) - (acceptedAt[0] ?? 0),
        sum(reachedAt) - (reachedAt[0] ?? 0),
        Math.max(OPTIMISTIC_ACCEPTANCE, first),
      );
      let pathProbability = first;
      let tokens = 1 + first;
      return Array.from({ length: maximum }, (_, place) => {
        if (place === 0) return tokens;
        pathProbability *= rate(acceptedAt[place] ?? 0, reachedAt[place] ?? 0, later);
        return (tokens += pathProbability);
      });
    },
  };
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
