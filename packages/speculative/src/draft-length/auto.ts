import { type CausalModel, checkOptions, integerBetween, type OptionCheck } from "@decodekit/core";
import { type CostCurve, measuredCosts } from "./cost-curve.ts";
import { type DraftRecord, draftRecord } from "./draft-record.ts";
import type { DraftLengthControl, DraftLengthPolicy, MeasuredRound } from "./policy.ts";

export interface AutoDraftLengthOptions {
  /** Most tokens per draft, an integer >= 1. @defaultValue 16 */
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

/** Rounds without a draft before a probe; doubled after each one that does not pay, up to the last. */
const FIRST_PAUSE = 16;
const LAST_PAUSE = 256;
/** Length of the first drafts and of every probe. */
const PROBE_LENGTH = 3;
/** Plain passes that are measured at first, every other round; and rounds between those that are measured afterwards. */
const FIRST_PLAIN = 3;
const PLAIN_EVERY = 32;
/** A length must promise this much more tokens per second than a plain pass, for what the estimates leave out. */
const LEAST_GAIN = 1.05;
/** Drafting goes on while it promises this much more. */
const LASTING_GAIN = 1.01;
/** Drafts after which the first verdict is given. */
const FIRST_DRAFTS = 2;

/**
 * Chooses the length at which the last 48 drafts would have given the most tokens per second, going by what stood of them and by
 * the running medians of the times that whole rounds take on this device. Drafts nothing while no length promises more
 * than plain passes, and then tries again after 16, 32, … 256 of them; a draft that pays when tried starts the record anew. A
 * drafter that has no idea costs nothing and is asked again and again.
 *
 * Times and the record are kept from decode to decode of one target, so that only the first one has to find out; give two
 * uses of one model a decoder each. Unless `cost` is given the lengths thus depend on measured times, and the passes of two
 * runs may differ. With "match", "tree" and "gumbel", and with any rule when greedy, the tokens do not; with "ratio" and
 * "block" only their distribution is the same. With `cost` nothing is kept.
 * @throws InvalidOptionError for an option that is wrong.
 */
export function autoDraftLength(options: AutoDraftLengthOptions = {}): DraftLengthPolicy {
  checkOptions("autoDraftLength", options, checks);
  const { maximum = 16, cost } = options;
  const learned = new WeakMap<CausalModel, Learned>();
  return {
    maximum,
    start(target) {
      if (cost) return autoControl(maximum, { costs: { of: cost, add: () => undefined }, record: draftRecord(), plainPasses: Infinity });
      let known = learned.get(target);
      if (!known) learned.set(target, (known = { costs: measuredCosts(), record: draftRecord(), plainPasses: 0 }));
      return autoControl(maximum, known);
    },
  };
}

interface Learned {
  readonly costs: CostCurve;
  readonly record: DraftRecord;
  /** Infinity when none need to be measured. */
  plainPasses: number;
}

function autoControl(maximum: number, known: Learned): DraftLengthControl {
  const { costs, record } = known;
  const probe = Math.min(PROBE_LENGTH, maximum);
  const pause = probePause();
  let drafts = 0;
  let sincePlain = 0;
  let best = record.known() ? bestLength(maximum, known, LEAST_GAIN) : probe;

  // What drafting saves can only be told from plain passes, so that some are needed also where it pays.
  const needsPlain = (): boolean => sincePlain >= (known.plainPasses < FIRST_PLAIN ? 1 : PLAIN_EVERY) && known.plainPasses < Infinity;
  const judge = (round: MeasuredRound): void => {
    const isProbe = best === 0;
    if (isProbe && (1 + round.accepted) * costs.of(0) > costs.of(round.drafted)) record.forget();
    record.add(round);
    drafts++;
    if (drafts >= FIRST_DRAFTS || isProbe) best = bestLength(maximum, known, isProbe ? LEAST_GAIN : LASTING_GAIN);
    pause.restart(best > 0);
  };
  return {
    next() {
      if (needsPlain()) return 0;
      if (best > 0) return best;
      return pause.isOver() ? probe : 0;
    },
    observe(round) {
      costs.add(round);
      if (round.drafted > 0) {
        sincePlain++;
        return judge(round);
      }
      known.plainPasses++;
      sincePlain = 0;
      pause.wait();
    },
  };
}

/** The length in [0, maximum] with the highest rate; the shorter one of equals, and 0 unless it is `gain` times that of plain passes. */
function bestLength(maximum: number, { costs, record }: Learned, gain: number): number {
  const times = Float64Array.from({ length: maximum + 1 }, (_, drafted) => costs.of(drafted));
  let best = 0;
  let highest = gain / times[0]!;
  for (let length = 1; length <= maximum; length++) {
    const rate = record.rate(length, (drafted) => times[drafted]!);
    if (rate <= highest) continue;
    highest = rate;
    best = length;
  }
  return best;
}

function probePause(): { wait(): void; isOver(): boolean; restart(paid: boolean): void } {
  let pause = FIRST_PAUSE;
  // Each decode begins with a try: it may be another kind of text.
  let waited = FIRST_PAUSE;
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
