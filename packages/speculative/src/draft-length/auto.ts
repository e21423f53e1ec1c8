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

/** Plain passes in a row after which the next ones are measured, and how many are. */
const SETTLING = 5;
const MEASURED = 7;
/** What measuring plain passes may cost where drafting pays, as a share of the time; and rounds of drafting in between at least, and at most at first. */
const PLAIN_LOSS = 0.0075;
const PLAIN_EVERY = 64;
/** Plain passes before a probe; doubled after each one that does not pay, until what probes lose is this share of a pass. */
const FIRST_PAUSE = 16;
const LAST_PAUSE = 256;
const PROBE_LOSS = 0.005;
/** What a draft slows the plain passes after it, in passes. */
const AFTERMATH = 0.5;
/** Plain passes between two questions to a drafter that had no idea when it was to be probed. */
const IDLE_PAUSE = 3;
/** Plain passes that the beginning of a decode counts for, since it may be another kind of text. */
const NEW_TEXT = 32;
/** Length of a probe. */
const PROBE_LENGTH = 3;
/** Lengths of the first drafts, which show what lengths cost on this device. */
const FIRST_LENGTHS = [2, 4, 1, 8];
/** Rounds in which these drafts must come: a drafter without ideas has nothing to show. */
const MOST_FIRST_ROUNDS = 16;
/** Drafts after which drafting is given up when none of their tokens stood. */
const FIRST_VERDICT = 2;
/** Drafts after a probe that paid, which may have been luck; and as how many rounds all that was before it counts then. */
const TRIAL = 3;
const REMEMBERED = 4;
/** A length must promise this much more tokens per second than a plain pass, for what the estimates leave out. */
const LEAST_GAIN = 1.05;
/** Drafting goes on while it promises this much more, going by so many rounds at least: few of them may have had bad luck. */
const LASTING_GAINS = [
  { rounds: 40, gain: 1.03 },
  { rounds: 12, gain: 0.95 },
  { rounds: 0, gain: 0.8 },
];
/** Drafts after which a length near the best one is tried, if it promises this share of its tokens per second. */
const TRY_EVERY = 16;
const TRY_SHARE = 0.85;
/** Another look at all lengths is due when this share of the record is new: each takes some per cent of a small model's pass. */
const LOOK_SHARE = 1 / 6;
/** A shorter length is taken for as good if it promises this share: the estimates are no better than that, and it risks less. */
const AS_GOOD = 0.97;

/**
 * Chooses the length that gives the most tokens per second, going by how the last drafts fared, the newest 200 or so, and by the
 * times that whole rounds take on this device, relative to how fast it is at the moment. What drafting saves is told from plain
 * passes among plain passes: it begins with 12 of them, later come 12 in a row again, the more seldom the more drafting saves. The first
 * drafts are of 2, 4, 1 and 8 tokens; later every 16th draft is one of another length that may be as good.
 *
 * Drafts nothing while no length promises enough more than plain passes, and then tries again after 16, 32, … of them, 256 at most and
 * fewer where a draft in vain costs little; when one pays, 3 more follow, and little counts that was before. A drafter that
 * has no idea then is asked again at every fourth pass.
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
      if (cost) return givenTimes(autoControl(maximum, { ...newlyLearned(givenCosts(cost)), measuresPlain: false, rest: 0 }), cost);
      let known = learned.get(target);
      if (!known) learned.set(target, (known = newlyLearned(measuredCosts())));
      return autoControl(maximum, known);
    },
  };
}

/** Knows plain passes and what drafts of full length cost; how much shorter drafts are has to be seen. */
function givenCosts(cost: (length: number) => number): CostCurve {
  const seen = measuredCosts();
  return { ...seen, plain: cost(0), of: (asked) => (seen.knows(asked) ? seen.of(asked) : cost(asked)) };
}

/** `control`, told `cost` in place of times. */
function givenTimes(control: DraftLengthControl, cost: (length: number) => number): DraftLengthControl {
  return {
    next: () => control.next(),
    observe(round) {
      const milliseconds = cost(round.drafted);
      control.observe({ ...round, milliseconds, passMilliseconds: milliseconds });
    },
  };
}

interface Learned {
  readonly costs: CostCurve;
  readonly pace: Pace;
  readonly record: DraftRecord;
  /** Whether plain passes are made for no other reason than to measure them. */
  readonly measuresPlain: boolean;
  /** Plain passes until the next draft. */
  rest: number;
  /** What `rest` is after a probe that does not pay. */
  pause: number;
  /** Rounds of drafting since plain passes were measured. */
  sincePlain: number;
  /** How many of them there may be at most: few at first, when all gets faster and the first measurement is soon out of date. */
  longestDrafting: number;
  drafts: number;
  isDrafting: boolean;
  /** Drafts still to be made before a probe that paid is taken for more than luck. */
  trial: number;
}

function newlyLearned(costs: CostCurve): Learned {
  return {
    costs,
    pace: devicePace(),
    record: draftRecord(),
    measuresPlain: true,
    rest: SETTLING + MEASURED,
    pause: FIRST_PAUSE,
    sincePlain: 0,
    longestDrafting: PLAIN_EVERY,
    drafts: 0,
    isDrafting: true,
    trial: 0,
  };
}

function autoControl(maximum: number, known: Learned): DraftLengthControl {
  const { costs, pace, record } = known;
  const firstLengths = FIRST_LENGTHS.filter((length) => length < maximum)
    .concat(maximum)
    .slice(0, FIRST_LENGTHS.length);
  const probe: Choice = { length: Math.min(PROBE_LENGTH, maximum), gain: 1 };
  let plainInRow = 0;
  let sinceLook = 0;
  let best = known.drafts > 0 ? bestChoice(maximum, known) : probe;
  if (best.length === 0) known.rest = Math.max(0, known.rest - NEW_TEXT);

  const isBeginning = (): boolean =>
    known.drafts < firstLengths.length && record.weight < MOST_FIRST_ROUNDS && (known.drafts < FIRST_VERDICT || record.hasStood);
  const needsPlain = (): boolean => {
    const lost = (SETTLING + MEASURED) * (1 - 1 / best.gain);
    return known.measuresPlain && known.sincePlain >= Math.max(PLAIN_EVERY, Math.min(lost / PLAIN_LOSS, known.longestDrafting));
  };
  const observePlain = ({ milliseconds, passMilliseconds }: MeasuredRound): void => {
    plainInRow++;
    known.rest--;
    if (plainInRow <= SETTLING || known.rest >= MEASURED) return;
    known.sincePlain = 0;
    pace.observe("plain", passMilliseconds);
    costs.addPlain(pace.atUsualPace(milliseconds));
  };
  const observeAsked = (round: MeasuredRound): void => {
    const { asked, drafted, milliseconds, passMilliseconds } = round;
    // The first draft after plain passes is not like those that follow it.
    if (plainInRow === 0 || !costs.knows(asked)) {
      pace.observe(drafted, passMilliseconds);
      costs.add({ asked, drafted, milliseconds: pace.atUsualPace(milliseconds) });
    }
    plainInRow = 0;
    known.sincePlain++;
    if (best.length > 0 || drafted > 0) judge(round);
    else known.rest = IDLE_PAUSE;
    if (best.length === 0 || !needsPlain()) return;
    known.rest = SETTLING + MEASURED;
    known.longestDrafting *= 2;
  };
  const judge = (round: MeasuredRound): void => {
    const isProbe = best.length === 0;
    if (isProbe && (1 + round.accepted) * costs.plain > costs.of(round.asked)) {
      record.fadeTo(REMEMBERED);
      known.trial = TRIAL;
    }
    record.add(round);
    if (round.drafted > 0) known.drafts++;
    if (isBeginning()) return;
    if (known.trial > 0) {
      known.trial--;
      best = probe;
      return;
    }
    if (known.isDrafting && ++sinceLook < LOOK_SHARE * record.weight) return;
    sinceLook = 0;
    best = bestChoice(maximum, known);
    if (best.length === 0) rest(round.asked);
    else known.pause = FIRST_PAUSE;
    known.isDrafting = best.length > 0;
  };
  const rest = (asked: number): void => {
    const loss = costs.of(asked) / costs.plain - record.tokens(asked).at(-1)! + AFTERMATH;
    const longest = Math.min(Math.max(loss / PROBE_LOSS, FIRST_PAUSE), LAST_PAUSE);
    if (!known.isDrafting) known.pause = Math.min(2 * known.pause, longest);
    known.rest = known.pause;
  };
  return {
    next() {
      if (known.rest > 0) return 0;
      if (best.length === 0) return probe.length;
      if (isBeginning()) return firstLengths[known.drafts]!;
      return known.drafts > 0 && known.drafts % TRY_EVERY === 0 ? nearBest(best.length, maximum, known) : best.length;
    },
    observe(round) {
      if (round.asked > 0) observeAsked(round);
      else observePlain(round);
    },
  };
}

interface Choice {
  readonly length: number;
  /** Tokens per second that it promises, in those of plain passes. */
  readonly gain: number;
}

/** The shortest length in [1, maximum] that is as good as any, or 0 unless that promises enough more than plain passes. */
function bestChoice(maximum: number, known: Learned): Choice {
  const gains = promisedGains(maximum, known);
  const most = Math.max(...gains);
  const least = known.isDrafting ? lastingGain(known.record.weight) : LEAST_GAIN;
  if (most <= least) return { length: 0, gain: least };
  const place = gains.findIndex((gain) => gain >= AS_GOOD * most);
  return { length: place + 1, gain: gains[place]! };
}

function lastingGain(weight: number): number {
  return LASTING_GAINS.find(({ rounds }) => weight >= rounds)!.gain;
}

/** By the length less one. */
function promisedGains(maximum: number, { costs, record }: Learned): readonly number[] {
  const { plain } = costs;
  return record.tokens(maximum).map((tokens, place) => (tokens * plain) / costs.of(place + 1));
}

/** A length near `best` that may be as good: in turn one token less, twice as many, one more, half, four times as many; else `best`. */
function nearBest(best: number, maximum: number, known: Learned): number {
  const near = [best - 1, 2 * best, best + 1, best >> 1, 4 * best][(known.drafts / TRY_EVERY) % 5]!;
  if (near < 1 || near > maximum) return best;
  const gains = promisedGains(maximum, known);
  return gains[near - 1]! > TRY_SHARE * gains[best - 1]! ? near : best;
}
