import type { AutoState } from "./auto-state.ts";
import { bestChoice, type Choice, lengthToExplore } from "./choose-length.ts";
import type { DraftLengthControl, MeasuredRound } from "./policy.ts";

const PROBE_LENGTH = 3;
/** Lengths of the first drafts, which measure the cost of several lengths on this device. */
const FIRST_LENGTHS = [2, 4, 1, 8];
/** Maximum rounds for those drafts: some drafters return only empty drafts. */
const MAX_FIRST_ROUNDS = 16;
/** If none of their tokens is accepted, drafting stops after this many drafts. */
const MIN_FIRST_DRAFTS = 2;
/** Rounds that draft after a probe that paid off, because one success may be chance. */
const TRIAL_ROUNDS = 3;
/** Weight in rounds of everything before such a probe. */
const ROUNDS_KEPT_AFTER_PROBE = 4;
/** Every so many drafts, another length may be tried. */
const EXPLORE_EVERY = 16;
/** The choice is updated once this share of the acceptance estimate is new. An update takes a few percent of a small model's pass. */
const UPDATE_SHARE = 1 / 6;

/** Controls one decode. Starts from `state` and updates it. */
export function autoControl(maximum: number, state: AutoState): DraftLengthControl {
  const { costs, drift, acceptance, schedule } = state;
  const firstLengths = FIRST_LENGTHS.filter((length) => length < maximum)
    .concat(maximum)
    .slice(0, FIRST_LENGTHS.length);
  const probe: Choice = { length: Math.min(PROBE_LENGTH, maximum), gain: 1 };
  let roundsSinceUpdate = 0;
  let best = state.drafts > 0 ? bestChoice(maximum, state) : probe;
  schedule.startDecode(best.length > 0);

  const isStarting = (): boolean =>
    state.drafts < firstLengths.length &&
    acceptance.weight < MAX_FIRST_ROUNDS &&
    (state.drafts < MIN_FIRST_DRAFTS || acceptance.hasAccepted);
  // A probe follows many plain passes, so its cost includes the tokens that the drafter has to catch up on.
  const lossOf = (requested: number, milliseconds: number): number =>
    Math.max(costs.roundTime(requested), drift.normalize(milliseconds)) / costs.plainTime - acceptance.expectedTokens(requested).at(-1)!;
  const updateChoice = ({ requested, milliseconds }: MeasuredRound): void => {
    if (state.isDrafting && ++roundsSinceUpdate < UPDATE_SHARE * acceptance.weight) return;
    roundsSinceUpdate = 0;
    best = bestChoice(maximum, state);
    if (best.length > 0) schedule.resetBackoff();
    else schedule.backOff(lossOf(requested, milliseconds), !state.isDrafting);
    state.isDrafting = best.length > 0;
  };
  const evaluate = (round: MeasuredRound): void => {
    const isProbe = best.length === 0;
    if (isProbe && (1 + round.accepted) * costs.plainTime > costs.roundTime(round.requested)) {
      acceptance.discountTo(ROUNDS_KEPT_AFTER_PROBE);
      state.trialRounds = TRIAL_ROUNDS;
    }
    acceptance.add(round);
    if (round.drafted > 0) state.drafts++;
    if (isStarting()) return;
    if (state.trialRounds > 0) {
      state.trialRounds--;
      best = probe;
    } else updateChoice(round);
  };
  return {
    next() {
      if (schedule.isDue) return 0;
      if (best.length === 0) return probe.length;
      if (isStarting()) return firstLengths[state.drafts]!;
      if (state.drafts === 0 || state.drafts % EXPLORE_EVERY !== 0) return best.length;
      return lengthToExplore(best.length, maximum, { state, turn: state.drafts / EXPLORE_EVERY });
    },
    observe(round) {
      measure(round, state);
      if (round.requested === 0) return;
      if (best.length > 0 || round.drafted > 0) evaluate(round);
      else schedule.retrySoon();
      if (best.length > 0) schedule.scheduleMeasurement(best.gain);
    },
  };
}

/** Records the time of a round unless it follows a round of the other kind, which makes it slower. */
function measure({ requested, drafted, milliseconds, passMilliseconds }: MeasuredRound, { costs, drift, schedule }: AutoState): void {
  if (requested === 0) {
    if (!schedule.recordPlainPass()) return;
    drift.observe("plain", passMilliseconds);
    costs.addPlain(drift.normalize(milliseconds));
    return;
  }
  if (schedule.passes === 0 || !costs.hasMeasured(requested)) {
    drift.observe(drafted, passMilliseconds);
    costs.add({ requested, drafted, milliseconds: drift.normalize(milliseconds) });
  }
  schedule.recordDraft();
}
