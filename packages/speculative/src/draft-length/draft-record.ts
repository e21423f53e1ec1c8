import type { MeasuredRound } from "./policy.ts";

/** What became of the last drafts, the newer ones counting more. */
export interface DraftRecord {
  /** As how many rounds all of it counts, in [0, 192). */
  readonly weight: number;
  /** Whether any drafted token stood. */
  readonly hasStood: boolean;
  /** Most tokens that were asked for since it last faded at once, >= 0. */
  readonly longest: number;
  /** Adds a round in which `asked` tokens were asked for, at least 1. */
  add(round: Pick<MeasuredRound, "asked" | "accepted">): void;
  /** Lets what was so far count as at most `weight` rounds. */
  fadeTo(weight: number): void;
  /** Tokens that a round gives on average when 1, 2, … or `maximum` are asked for, in [1, asked + 1], at places 0, 1, …. */
  tokens(maximum: number): readonly number[];
}

/** How much less a round counts with each one after it. */
const FADING = 1 - 1 / 192;
/** How often a token that follows one that stood is hoped to stand at least, so that longer drafts are tried. */
const HOPE = 0.8;
/** As how many tokens what is thought at first counts. */
const PRIOR_WEIGHT = 2;

/**
 * Keeps, for each place in a draft, how often a token stood there, of the times that those before it stood and it was asked for: where
 * the drafter gave none, none stood. So drafts that were cut off count for the places that they reached, as in the estimator of
 * Kaplan and Meier 1958.
 */
export function draftRecord(): DraftRecord {
  const reached: number[] = [];
  const stood: number[] = [];
  let weight = 0;
  let longest = 0;
  const fade = (factor: number): void => {
    weight *= factor;
    for (let place = 0; place < reached.length; place++) {
      reached[place]! *= factor;
      stood[place]! *= factor;
    }
  };
  const rate = (hits: number, all: number, prior: number): number => (hits + PRIOR_WEIGHT * prior) / (all + PRIOR_WEIGHT);
  return {
    get weight() {
      return weight;
    },
    get longest() {
      return longest;
    },
    get hasStood() {
      return (stood[0] ?? 0) > 0;
    },
    add({ asked, accepted }) {
      fade(FADING);
      weight++;
      longest = Math.max(longest, asked);
      for (let place = 0; place <= accepted && place < asked; place++) {
        reached[place] = (reached[place] ?? 0) + 1;
        stood[place] = (stood[place] ?? 0) + (place < accepted ? 1 : 0);
      }
    },
    fadeTo(most) {
      if (weight > most) fade(most / weight);
      longest = 0;
    },
    tokens(maximum) {
      const first = rate(stood[0] ?? 0, reached[0] ?? 0, 0.5);
      const later = rate(sum(stood) - (stood[0] ?? 0), sum(reached) - (reached[0] ?? 0), Math.max(HOPE, first));
      let standing = first;
      let tokens = 1 + first;
      return Array.from({ length: maximum }, (_, place) => {
        if (place === 0) return tokens;
        standing *= rate(stood[place] ?? 0, reached[place] ?? 0, later);
        return (tokens += standing);
      });
    },
  };
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
