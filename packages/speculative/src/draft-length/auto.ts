import { type CausalModel, checkOptions, integerBetween, type OptionCheck } from "@decodekit/core";
import { type CostCurve, measuredCosts } from "./cost-curve.ts";
import { type DraftRecord, draftRecord } from "./draft-record.ts";
import { devicePace, type Pace } from "./pace.ts";
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

/** Rounds without a draft before a probe; doubled after each one that does not pay, until what probes lose is this share of a pass. */
const FIRST_PAUSE = 16;
const LAST_PAUSE = 256;
const PROBE_LOSS = 0.005;
/** Plain passes that the beginning of a decode counts for, since it may be another kind of text. */
const NEW_TEXT = 32;
/** Length of a probe. */
const PROBE_LENGTH = 3;
/** Lengths of the first drafts, which show what lengths cost on this device. */
const FIRST_LENGTHS = [2, 4, 1, 8];
/** Drafts after which drafting is given up when none of their tokens stood. */
const FIRST_VERDICT = 2;
/** Drafts after a probe that paid, which may have been luck; and drafts before it that still count then. */
const TRIAL = 3;
const REMEMBERED = 4;
/** Drafts between two looks at all lengths, once there were so many in this decode: a look takes a few per cent of a small model's pass. */
const LOOK_EVERY = 4;
/** Plain passes that are measured at first; and rounds with a draft before another one is, where drafting hardly pays and where it clearly does. */
const FIRST_PLAIN = 3;
const PLAIN_EVERY = 32;
const PLAIN_SELDOM = 128;
/** How much more than plain passes drafting must promise to pay clearly. */
const CLEAR_GAIN = 1.3;
/** A length must promise this much more tokens per second than a plain pass, for what the estimates leave out. */
const LEAST_GAIN = 1.05;
/** Drafting goes on while it promises this much more, going by so many drafts at least: few of them may have had bad luck. */
const LASTING_GAINS = [
  { drafts: 24, gain: 1.01 },
  { drafts: 8, gain: 0.93 },
  { drafts: 1, gain: 0.8 },
];
/** Drafts after which a length near the best one is tried, if it promises this share of its tokens per second. */
const TRY_EVERY = 16;
const TRY_SHARE = 0.92;

/**
 * Chooses the length at which the last 48 drafts would have given the most tokens per second, going by what stood of them and by
 * the times that whole rounds take on this device, relative to how fast it is at the moment. It begins with 3 plain passes and with drafts of
 * 2, 4, 1 and 8 tokens; later every 16th draft is one of another length that may be as good. A plain pass counts as measured
 * only after another one, since a drafter may have pushed the model out of the processor's cache.
 *
 * Drafts nothing while no length promises more than plain passes, and then tries again after 16, 32, … of them, 256 at most and
 * fewer where a draft in vain costs little; when one pays, 3 more follow, and little counts that was before. A drafter that
 * has no idea costs nothing and is asked again and again.
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
      if (cost) {
        const given: CostCurve = { of: cost, knows: () => true, add: () => undefined };
        return autoControl(maximum, { ...newlyLearned(given), plainPasses: Infinity });
      }
      let known = learned.get(target);
      if (!known) learned.set(target, (known = newlyLearned(measuredCosts())));
      return autoControl(maximum, known);
    },
  };
}

interface Learned {
  readonly costs: CostCurve;
  readonly pace: Pace;
  readonly record: DraftRecord;
  readonly pause: ProbePause;
  /** Plain passes that were measured; Infinity when none need to be. */
  plainPasses: number;
  drafts: number;
  isDrafting: boolean;
  /** Drafts still to be made before a probe that paid is taken for more than luck. */
  trial: number;
}

function newlyLearned(costs: CostCurve): Learned {
  return { costs, pace: devicePace(), record: draftRecord(), pause: probePause(), plainPasses: 0, drafts: 0, isDrafting: true, trial: 0 };
}

function autoControl(maximum: number, known: Learned): DraftLengthControl {
  const { costs, pace, record, pause } = known;
  const firstLengths = FIRST_LENGTHS.filter((length) => length < maximum)
    .concat(maximum)
    .slice(0, FIRST_LENGTHS.length);
  const probe: Choice = { length: Math.min(PROBE_LENGTH, maximum), gain: 1 };
  let sincePlain = 0;
  let drafts = 0;
  let isAfterPlain = true;
  let best = record.size() > 0 ? bestChoice(maximum, known) : probe;
  pause.beginText();

  // What drafting saves can only be told from plain passes, so that some are needed also where it pays.
  const needsPlain = (): boolean => {
    if (known.plainPasses < FIRST_PLAIN) return true;
    return known.plainPasses < Infinity && sincePlain >= (best.gain > CLEAR_GAIN ? PLAIN_SELDOM : PLAIN_EVERY);
  };
  const isBeginning = (): boolean => known.drafts < firstLengths.length && (known.drafts < FIRST_VERDICT || record.hasStood());
  const measure = ({ drafted, milliseconds }: MeasuredRound): void => {
    if (costs.knows(drafted)) pace.compare(milliseconds, costs.of(drafted));
    costs.add({ drafted, milliseconds: pace.atUsualPace(milliseconds) });
  };
  const probeLoss = ({ drafted }: MeasuredRound): number => costs.of(drafted) / costs.of(0) - record.rate(drafted, () => 1);
  const judge = (round: MeasuredRound): void => {
    const isProbe = best.length === 0;
    if (isProbe && (1 + round.accepted) * costs.of(0) > costs.of(round.drafted)) {
      record.forgetAllBut(REMEMBERED);
      known.trial = TRIAL;
    }
    record.add(round);
    known.drafts++;
    if (isBeginning()) return;
    if (known.trial > 0) {
      known.trial--;
      best = probe;
      return;
    }
    if (!isProbe && drafts++ >= LOOK_EVERY && drafts % LOOK_EVERY !== 0) return;
    known.isDrafting = !isProbe;
    best = bestChoice(maximum, known);
    known.isDrafting = best.length > 0;
    pause.restart(known.isDrafting, probeLoss(round));
  };
  return {
    next() {
      if (needsPlain()) return 0;
      if (best.length === 0) return pause.isOver() ? probe.length : 0;
      if (isBeginning()) return firstLengths[known.drafts]!;
      return known.drafts % TRY_EVERY === 0 ? nearBest(best.length, maximum, known) : best.length;
    },
    observe(round) {
      if (round.drafted > 0) {
        measure(round);
        sincePlain++;
        judge(round);
      } else {
        if (isAfterPlain) {
          measure(round);
          known.plainPasses++;
          sincePlain = 0;
        }
        pause.wait();
      }
      isAfterPlain = round.drafted === 0;
    },
  };
}

interface Choice {
  readonly length: number;
  /** Tokens per second that it promises, in those of plain passes. */
  readonly gain: number;
}

/** The length in [0, maximum] with the highest rate; the shorter one of equals, and 0 unless it is enough more than that of plain passes. */
function bestChoice(maximum: number, known: Learned): Choice {
  let best: Choice = { length: 0, gain: known.isDrafting ? lastingGain(known.record.size()) : LEAST_GAIN };
  for (let length = 1; length <= maximum; length++) {
    const promised = promisedGain(length, known);
    if (promised > best.gain) best = { length, gain: promised };
  }
  return best;
}

function lastingGain(size: number): number {
  return LASTING_GAINS.find(({ drafts }) => size >= drafts)?.gain ?? 0;
}

function promisedGain(length: number, { costs, record }: Learned): number {
  return record.rate(length, (drafted) => costs.of(drafted)) * costs.of(0);
}

/** A length near `best` that may be as good: in turn twice as many tokens, one less, four times, one more, half; else `best`. */
function nearBest(best: number, maximum: number, known: Learned): number {
  const near = [2 * best, best - 1, 4 * best, best + 1, best >> 1][(known.drafts / TRY_EVERY) % 5]!;
  if (near < 1 || near > maximum) return best;
  return promisedGain(near, known) > TRY_SHARE * promisedGain(best, known) ? near : best;
}

interface ProbePause {
  beginText(): void;
  wait(): void;
  isOver(): boolean;
  /** After a draft; `loss` is what such a one costs more than it gives on average, in passes. */
  restart(paid: boolean, loss: number): void;
}

function probePause(): ProbePause {
  let pause = FIRST_PAUSE;
  let waited = 0;
  return {
    beginText: () => void (waited += NEW_TEXT),
    wait: () => void waited++,
    isOver: () => waited >= pause,
    restart(paid, loss) {
      const longest = Math.min(Math.max(loss / PROBE_LOSS, FIRST_PAUSE), LAST_PAUSE);
      if (paid) pause = FIRST_PAUSE;
      else if (waited >= pause) pause = Math.min(2 * pause, longest);
      waited = 0;
    },
  };
}
