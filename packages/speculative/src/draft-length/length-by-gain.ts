import type { CostCurve } from "./cost-curve.ts";
import { type DeviceDrift, deviceDrift } from "./device-drift.ts";
import { type MovingAverage, movingAverage } from "./moving-average.ts";
import type { MeasuredRound } from "./policy.ts";

/** Chooses in one decode how many drafted tokens to verify, given how likely each is to be right, and learns what that costs. */
export interface LengthByGain {
  /** Maximum tokens to verify in the next round. */
  readonly maximum: number;
  /**
   * Returns how many tokens to verify, in [0, n]. `gains`, shape (n,), are the tokens that verifying each one more is expected to add to
   * the text, in [0, 1], in the order in which they would be verified.
   */
  choose(gains: Float64Array): number;
  /** Learns from a round. `isMeasured`: whether its time counts. */
  observe(round: MeasuredRound, isMeasured: boolean): void;
}

/** What is known about rounds whose tokens are chosen by gain. Kept between decodes. */
export interface RoundCosts {
  /** Times by the number of verified tokens. */
  readonly costs: CostCurve;
  readonly drift: DeviceDrift;
  /** How much longer than others the plain passes right after such a draft take, all together, as a share of a plain pass. */
  readonly aftermath: MovingAverage;
  /** Most tokens verified in one round so far. */
  longest: number;
}

/** Drafts after which the times of the next passes are averaged. */
const AFTERMATH_MEMORY = 48;

export function newRoundCosts(costs: CostCurve): RoundCosts {
  return { costs, drift: deviceDrift(), aftermath: movingAverage(0, AFTERMATH_MEMORY), longest: 0 };
}

/** The first drafts are at most this long, because the cost of long ones is not known yet; later ones at most twice the longest so far. */
const FIRST_LENGTH = 16;
/** Weight of the rounds so far, relative to the newest, in the speed. */
const SPEED_MEMORY = 0.9;
/** Limit of the speed at which a token's worth is estimated. Beyond it the next passage is probably slower. */
const MAX_SPEED = 3;
/** By how much a token must be worth more than it costs, as a share of a plain pass per pass. It covers costs that are not measured. */
const MIN_GAIN = 0.1;
/** Plain passes after a draft that it makes slower, and the most that one can be longer by: anything longer was interrupted. */
const AFTERMATH_PASSES = 3;
const MAX_AFTERMATH = 0.5;

/**
 * Chooses the tokens whose expected number, less the time that their verification takes, is the highest. Time is worth the tokens that are
 * generated in it at the recent speed. No round has more than `maximum`.
 */
export function lengthByGain(maximum: number, state: RoundCosts): LengthByGain {
  const { costs, drift, aftermath } = state;
  let [tokens, time] = [4, 4];
  /** Plain passes since the last draft. */
  let plainPasses = Infinity;
  let slowness = 0;

  const relativeCost = (drafted: number): number =>
    drafted === 0 ? 1 : costs.roundTime(drafted) / costs.plainTime + Math.max(aftermath.value, 0);
  return {
    get maximum() {
      return Math.min(maximum, Math.max(FIRST_LENGTH, 2 * state.longest));
    },
    choose(gains) {
      const worth = Math.min(Math.max(tokens / time, 1), MAX_SPEED) + MIN_GAIN;
      let best = { length: 0, gain: 1 - worth };
      let expected = 1;
      for (let length = 1; length <= gains.length; length++) {
        expected += gains[length - 1]!;
        const gain = expected - worth * relativeCost(length);
        if (gain > best.gain) best = { length, gain };
      }
      return best.length;
    },
    observe({ drafted, accepted, milliseconds, passMilliseconds }, isMeasured) {
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
