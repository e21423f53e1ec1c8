import { bestChoice, type Choice, nearBest } from "./choose-length.ts";
import type { Learned } from "./learned.ts";
import type { DraftLengthControl, MeasuredRound } from "./policy.ts";

/** Length of a probe. */
const PROBE_LENGTH = 3;
/** Lengths of the first drafts, which show what lengths cost on this device. */
const FIRST_LENGTHS = [2, 4, 1, 8];
/** Rounds in which these drafts must come: a drafter without ideas has nothing to show. */
const MOST_FIRST_ROUNDS = 16;
/** Drafts after which drafting is given up when none of their tokens stood. */
const FIRST_VERDICT = 2;
/** Rounds with drafts after a probe that paid, which may have been luck; and as how many rounds all that was before it counts then. */
const TRIAL = 3;
const REMEMBERED = 4;
/** Drafts after which another length may be tried. */
const TRY_EVERY = 16;
/** Another look at all lengths is due when this share of the record is new: each takes some per cent of a small model's pass. */
const LOOK_SHARE = 1 / 6;

/** The control of one decode, which goes on from what is known and adds to it. */
export function autoControl(maximum: number, known: Learned): DraftLengthControl {
  const { costs, pace, record, rests } = known;
  const firstLengths = FIRST_LENGTHS.filter((length) => length < maximum)
    .concat(maximum)
    .slice(0, FIRST_LENGTHS.length);
  const probe: Choice = { length: Math.min(PROBE_LENGTH, maximum), gain: 1 };
  let sinceLook = 0;
  let best = known.drafts > 0 ? bestChoice(maximum, known) : probe;
  rests.beginText(best.length > 0);

  const isBeginning = (): boolean =>
    known.drafts < firstLengths.length && record.weight < MOST_FIRST_ROUNDS && (known.drafts < FIRST_VERDICT || record.hasStood);
  // What the drafter had to catch up with counts too: a probe comes after many tokens.
  const lossOf = (asked: number, milliseconds: number): number =>
    Math.max(costs.of(asked), pace.atUsualPace(milliseconds)) / costs.plain - record.tokens(asked).at(-1)!;
  const look = ({ asked, milliseconds }: MeasuredRound): void => {
    if (known.isDrafting && ++sinceLook < LOOK_SHARE * record.weight) return;
    sinceLook = 0;
    best = bestChoice(maximum, known);
    if (best.length > 0) rests.forget();
    else rests.begin(lossOf(asked, milliseconds), !known.isDrafting);
    known.isDrafting = best.length > 0;
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
    } else look(round);
  };
  return {
    next() {
      if (rests.isOn) return 0;
      if (best.length === 0) return probe.length;
      if (isBeginning()) return firstLengths[known.drafts]!;
      if (known.drafts === 0 || known.drafts % TRY_EVERY !== 0) return best.length;
      return nearBest(best.length, maximum, { known, turn: known.drafts / TRY_EVERY });
    },
    observe(round) {
      measure(round, known);
      if (round.asked === 0) return;
      if (best.length > 0 || round.drafted > 0) judge(round);
      else rests.beginShort();
      if (best.length > 0) rests.measureAgain(best.gain);
    },
  };
}

/** Adds what a round took, unless it is one of those that take longer after rounds of the other kind. */
function measure({ asked, drafted, milliseconds, passMilliseconds }: MeasuredRound, { costs, pace, rests }: Learned): void {
  if (asked === 0) {
    if (!rests.passed()) return;
    pace.observe("plain", passMilliseconds);
    costs.addPlain(pace.atUsualPace(milliseconds));
    return;
  }
  if (rests.passes === 0 || !costs.knows(asked)) {
    pace.observe(drafted, passMilliseconds);
    costs.add({ asked, drafted, milliseconds: pace.atUsualPace(milliseconds) });
  }
  rests.drafted();
}
