import type { CostCurve } from "./cost-curve.ts";
import type { DeviceDrift } from "./device-drift.ts";
import type { MovingAverage } from "./moving-average.ts";
import type { ConfidentDrafts, MeasuredRound } from "./policy.ts";

/** Decides in one decode how much of drafts with confidences to verify, and learns from it. */
export interface ConfidentCut extends ConfidentDrafts {
  /** Learns from a round. `isMeasured`: whether its time counts. */
  observe(round: MeasuredRound, isMeasured: boolean): void;
}

/** What is known about rounds with such drafts. Kept between decodes. */
export interface ConfidentState {
  /** Times by the number of verified tokens. */
  readonly costs: CostCurve;
  readonly drift: DeviceDrift;
  /** How much longer than others the plain passes right after such a draft take, all together, as a share of a plain pass. */
  readonly aftermath: MovingAverage;
  /** Most tokens verified in one round so far. */
  longest: number;
}

/** The first drafts are at most this long, because the cost of long ones is not known yet; later ones at most twice the longest so far. */
const FIRST_LENGTH = 16;
/** How fast the estimate of the drafter's confidences changes: the step of a logistic regression on their common shift. */
const LEARNING_RATE = 0.3;
/** Factor by which the shift shrinks in every round, so that a hard passage is soon forgotten. */
const SHIFT_MEMORY = 0.9;
/** Weight of the rounds so far, relative to the newest, in the speed. */
const SPEED_MEMORY = 0.9;
/** Limit of the speed at which a token's worth is estimated. Beyond it the next passage is probably slower. */
const MAX_SPEED = 3;
/** By how much a token must be worth more than it costs, as a share of a plain pass per pass. It covers costs that are not measured. */
const MIN_GAIN = 0.1;
const MAX_CONFIDENCE = 0.995;
/** Plain passes after a draft that it makes slower, and the most that one can be longer by: anything longer was interrupted. */
const AFTERMATH_PASSES = 3;
const MAX_AFTERMATH = 0.5;

/**
 * Verifies the tokens whose expected number, less the time that their verification takes, is the highest. Time is worth the tokens that are
 * generated in it at the recent speed.
 *
 * The confidences are corrected by what happened in this decode: each draft is compared with the tokens that were committed, whether
 * verified or not. So it costs no pass to notice that drafting pays off, or no longer does.
 */
export function confidentCut(maximum: number, state: ConfidentState): ConfidentCut {
  const { costs, drift, aftermath } = state;
  // Of the first token and of later ones, as logits. The first is often wrong where drafts are rare.
  const shifts = { first: 0, later: 0 };
  let [tokens, time] = [4, 4];
  /** Plain passes since the last draft. */
  let plainPasses = Infinity;
  let slowness = 0;
  let last: { readonly tokens: Int32Array; readonly confidences: Float64Array } | undefined;

  const relativeCost = (drafted: number): number =>
    drafted === 0 ? 1 : costs.roundTime(drafted) / costs.plainTime + Math.max(aftermath.value, 0);
  const learn = (committed: Int32Array): void => {
    if (!last) return;
    shifts.first *= SHIFT_MEMORY;
    shifts.later *= SHIFT_MEMORY;
    for (let place = 0; place < Math.min(last.tokens.length, committed.length); place++) {
      const isRight = last.tokens[place] === committed[place];
      shifts[place === 0 ? "first" : "later"] += LEARNING_RATE * ((isRight ? 1 : 0) - last.confidences[place]!);
      if (!isRight) break;
    }
    last = undefined;
  };
  return {
    get maximum() {
      return Math.min(maximum, Math.max(FIRST_LENGTH, 2 * state.longest));
    },
    cut({ tokens: draft, confidences }) {
      const worth = Math.min(Math.max(tokens / time, 1), MAX_SPEED) + MIN_GAIN;
      const corrected = confidences.map((confidence, place) => shifted(confidence, place === 0 ? shifts.first : shifts.later));
      last = { tokens: draft, confidences: corrected };
      let best = { length: 0, gain: 1 - worth };
      let [probability, expected] = [1, 1];
      for (let length = 1; length <= draft.length; length++) {
        probability *= corrected[length - 1]!;
        expected += probability;
        const gain = expected - worth * relativeCost(length);
        if (gain > best.gain) best = { length, gain };
      }
      return best.length;
    },
    observe({ drafted, accepted, committed, milliseconds, passMilliseconds }, isMeasured) {
      if (committed) learn(committed);
      if (isMeasured) {
        const isUsual = plainPasses > 0;
        if (drafted > 0 || isUsual) drift.observe(drafted === 0 ? "plain" : drafted, passMilliseconds);
        const normal = drift.normalize(milliseconds);
        if (drafted > 0) costs.add({ requested: drafted, drafted, milliseconds: normal });
        else if (isUsual) costs.addPlain(normal);
        if (drafted === 0 && plainPasses < AFTERMATH_PASSES)
          slowness += Math.min(Math.max(normal / costs.plainTime - 1, -MAX_AFTERMATH), MAX_AFTERMATH);
      }
      const isOver = drafted > 0 ? plainPasses < AFTERMATH_PASSES : plainPasses === AFTERMATH_PASSES - 1;
      if (isOver) aftermath.add(slowness);
      if (isOver || drafted > 0) slowness = 0;
      plainPasses = drafted > 0 ? 0 : plainPasses + 1;
      state.longest = Math.max(state.longest, drafted);
      tokens = SPEED_MEMORY * tokens + 1 + accepted;
      time = SPEED_MEMORY * time + relativeCost(drafted);
    },
  };
}

/** Adds `shift` to the logit of a probability. */
function shifted(probability: number, shift: number): number {
  const limited = Math.min(Math.max(probability, 1 - MAX_CONFIDENCE), MAX_CONFIDENCE);
  const odds = (limited / (1 - limited)) * Math.exp(shift);
  return odds / (1 + odds);
}
