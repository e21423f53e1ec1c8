import type { MeasuredRound } from "./policy.ts";

type DraftedRound = Pick<MeasuredRound, "asked" | "drafted" | "accepted">;

/** What became of the last drafts. */
export interface DraftRecord {
  /** How many are remembered. */
  size(): number;
  /** Whether any drafted token stood. */
  hasStood(): boolean;
  /** Adds a round in which something was drafted. */
  add(round: DraftedRound): void;
  /** Keeps the newest `count` rounds. */
  forgetAllBut(count: number): void;
  /**
   * Tokens per unit of cost that these drafts would have given, had each been cut off at `length` tokens, or gone on to it where
   * it was cut off before; `costOf(n)` is that of a round with n drafted tokens. The drafts must be known.
   */
  rate(length: number, costOf: (drafted: number) => number): number;
}

/** How many drafts are remembered. */
const WINDOW = 48;

export function draftRecord(): DraftRecord {
  let rounds: DraftedRound[] = [];
  return {
    size: () => rounds.length,
    hasStood: () => rounds.some(({ accepted }) => accepted > 0),
    add({ asked, drafted, accepted }) {
      rounds.push({ asked, drafted, accepted });
      if (rounds.length > WINDOW) rounds.shift();
    },
    forgetAllBut: (count) => void (rounds = rounds.slice(-count)),
    rate(length, costOf) {
      const standing = laterRate(rounds);
      let tokens = 0;
      let cost = 0;
      for (const { asked, drafted, accepted } of rounds) {
        // Where the drafter itself stopped it would have done so again.
        const drafts = drafted < asked ? Math.min(drafted, length) : length;
        tokens += 1 + Math.min(accepted, drafts);
        if (accepted === drafted && drafts > drafted) tokens += geometric(standing, drafts - drafted);
        cost += costOf(drafts);
      }
      return tokens / cost;
    },
  };
}

/** How often a first token must stand for later ones to be thought to stand as often: less often is put down to what the drafter did not know. */
const HOPE = 0.8;
const HOPE_WEIGHT = 2;

/** How often a token stood that follows one that did, beginning with some hope, so that longer drafts are tried. */
function laterRate(rounds: readonly DraftedRound[]): number {
  let stood = 0;
  let reached = 0;
  for (const { drafted, accepted } of rounds) {
    stood += Math.max(0, accepted - 1);
    if (accepted > 0) reached += Math.min(drafted, accepted + 1) - 1;
  }
  return (stood + HOPE_WEIGHT * Math.max(HOPE, standingRate(rounds))) / (reached + HOPE_WEIGHT);
}

/** How often a drafted token stood when those before it did; after few as if one more had stood and one more had not. */
function standingRate(rounds: readonly DraftedRound[]): number {
  let stood = 0;
  let reached = 0;
  for (const { drafted, accepted } of rounds) {
    stood += accepted;
    // The place after the accepted ones was reached too, and its token did not stand.
    reached += Math.min(drafted, accepted + 1);
  }
  return (stood + 1) / (reached + 2);
}

/** rate + rate² + … + rate^count */
function geometric(rate: number, count: number): number {
  return rate === 1 ? count : (rate * (1 - rate ** count)) / (1 - rate);
}
