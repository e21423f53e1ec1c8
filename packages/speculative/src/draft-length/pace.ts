/** How fast the device is at the moment. */
export interface Pace {
  /** What a round that took `milliseconds` would have taken at the usual pace. */
  atUsualPace(milliseconds: number): number;
  /** Told what such a round usually takes. */
  compare(milliseconds: number, usual: number): void;
}

/** Share by which a round moves the pace at least, of the logarithms; the first rounds move it more. */
const WEIGHT = 0.05;
/** A round moves it as if it had taken at least and at most so many times what was expected. */
const LEAST_SURPRISE = 1 / 1.2;
const MOST_SURPRISE = 1.2;
/** The same for the first rounds, which get faster quickly while code is being compiled. */
const FIRST_ROUNDS = 20;
const LEAST_FIRST_SURPRISE = 0.5;

/**
 * Follows a device that other work slows for a while, so that rounds of two kinds can be compared that were measured at
 * different times: how long the last rounds took against what rounds of their kind usually take.
 */
export function devicePace(): Pace {
  let slowness = 1;
  let rounds = 0;
  return {
    atUsualPace: (milliseconds) => milliseconds / slowness,
    compare(milliseconds, usual) {
      const surprise = milliseconds / (slowness * usual);
      const counted = Math.min(Math.max(surprise, rounds < FIRST_ROUNDS ? LEAST_FIRST_SURPRISE : LEAST_SURPRISE), MOST_SURPRISE);
      slowness *= counted ** Math.max(WEIGHT, 1 / (2 + rounds++));
    },
  };
}
