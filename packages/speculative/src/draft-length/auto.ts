import { checkOptions, integerBetween, type OptionCheck } from "@decodekit/core";
import { acceptanceByPosition } from "./acceptance.ts";
import { type CostCurve, measuredCosts } from "./cost-curve.ts";
import type { DraftLengthPolicy } from "./policy.ts";

export interface AutoDraftLengthOptions {
  /** Most tokens per draft, an integer >= 1. @defaultValue 8 */
  readonly maximum?: number | undefined;
  /**
   * Milliseconds of a round that drafts `length` tokens, length 0 being a plain pass, in place of the times measured
   * in the decode. Then lengths depend on the seed alone, and runs can be repeated pass by pass.
   * @defaultValue measured
   */
  readonly cost?: ((length: number) => number) | undefined;
}

const checks: Readonly<Record<keyof AutoDraftLengthOptions, OptionCheck>> = {
  maximum: integerBetween(1),
  cost: { expected: "a function of the draft length", accepts: (value) => typeof value === "function" },
};

/** Rounds without a draft before the first probe; doubled after each one that does not pay, up to the last. */
const FIRST_PAUSE = 8;
const LAST_PAUSE = 256;
/** Length of the first draft and of every probe. */
const PROBE_LENGTH = 3;
/** Plain passes that are measured at first, every other round; and rounds between those that are measured afterwards. */
const FIRST_PLAIN = 3;
const PLAIN_EVERY = 32;
/** A length must promise this much more tokens per second than a plain pass, for what the estimates leave out. */
const LEAST_GAIN = 1.03;

/**
 * Chooses the length that promises the most tokens per second: (1 + Σ_j a_1 ⋯ a_j) / cost(length), where a_j is how often
 * the j-th drafted token stood of late when the ones before it did. Drafts nothing while no length is better than a plain
 * pass, and tries again after 8, 16, … 256 such passes, so that trying costs next to nothing.
 *
 * Unless `cost` is given the lengths depend on measured times, so that the passes of two runs may differ. With "match",
 * "tree" and "gumbel", and with any rule when greedy, the tokens do not; with "ratio" and "block" only their
 * distribution is the same.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function autoDraftLength(options: AutoDraftLengthOptions = {}): DraftLengthPolicy {
  checkOptions("autoDraftLength", options, checks);
  const { maximum = 8, cost } = options;
  return {
    maximum,
    start() {
      const acceptance = acceptanceByPosition(maximum);
      const costs: CostCurve = cost ? { of: cost, add: () => undefined } : measuredCosts();
      const pause = probePause();
      const probe = Math.min(PROBE_LENGTH, maximum);
      let best = probe;
      let plainPasses = 0;
      let sincePlain = 0;
      // What drafting saves can only be told from plain passes, so that some are needed also where it pays.
      const needsPlain = (): boolean => !cost && sincePlain >= (plainPasses < FIRST_PLAIN ? 1 : PLAIN_EVERY);
      return {
        next() {
          if (needsPlain()) return 0;
          if (best > 0) return best;
          return pause.isOver() ? probe : 0;
        },
        observe(round) {
          costs.add(round);
          if (round.drafted === 0) plainPasses++;
          sincePlain = round.drafted === 0 ? 0 : sincePlain + 1;
          if (round.asked > 0) acceptance.add(round.drafted, round.accepted, pause.isOver());
          if (acceptance.known()) best = bestLength(maximum, (length) => acceptance.expectedTokens(length) / costs.of(length));
          if (round.asked > 0) pause.restart(best > 0);
          else pause.wait();
        },
      };
    },
  };
}

/** The length in [0, maximum] with the highest rate; the shorter one of equals, and 0 unless the gain is worth it. */
function bestLength(maximum: number, rateOf: (length: number) => number): number {
  let best = 0;
  let highest = LEAST_GAIN * rateOf(0);
  for (let length = 1; length <= maximum; length++) {
    const rate = rateOf(length);
    if (rate <= highest) continue;
    highest = rate;
    best = length;
  }
  return best;
}

function probePause(): { wait(): void; isOver(): boolean; restart(paid: boolean): void } {
  let pause = FIRST_PAUSE;
  let waited = 0;
  return {
    wait: () => void waited++,
    isOver: () => waited >= pause,
    restart(paid) {
      if (paid) pause = FIRST_PAUSE;
      else if (waited >= pause) pause = Math.min(2 * pause, LAST_PAUSE);
      waited = 0;
    },
  };
}
