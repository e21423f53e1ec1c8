import { recentMean, type RecentMean } from "./recent-mean.ts";

/** How fast the device is at the moment. */
export interface Pace {
  /** Told how long a pass of the target took, and of which kind it was: passes of a kind should take about as long. */
  observe(kind: number | "plain", milliseconds: number): void;
  /** What a round that took `milliseconds` would have taken at the usual pace. */
  atUsualPace(milliseconds: number): number;
}

/** How many passes of a kind say what is usual for it. */
const MEMORY = 48;
/** Share by which a pass moves the pace at least, of the logarithms; the first ones move it more. */
const WEIGHT = 0.05;
/** A pass moves it as if it had taken at least and at most so many times what was expected. */
const LEAST_SURPRISE = 1 / 1.2;
const MOST_SURPRISE = 1.2;
/** The same for the first passes, which get faster quickly while code is being compiled. */
const FIRST_PASSES = 20;
const LEAST_FIRST_SURPRISE = 0.5;

/**
 * Follows a device that other work slows for a while, so that rounds of two kinds can be compared that were measured at
 * different times: how long the last passes took against what passes of their kind usually take.
 */
export function devicePace(): Pace {
  const usual = new Map<number | "plain", RecentMean>();
  let slowness = 1;
  let passes = 0;
  return {
    atUsualPace: (milliseconds) => milliseconds / slowness,
    observe(kind, milliseconds) {
      const known = usual.get(kind);
      if (!known) {
        usual.set(kind, recentMean(milliseconds / slowness, MEMORY));
        return;
      }
      const surprise = milliseconds / (slowness * known.value);
      const counted = Math.min(Math.max(surprise, passes < FIRST_PASSES ? LEAST_FIRST_SURPRISE : LEAST_SURPRISE), MOST_SURPRISE);
      slowness *= counted ** Math.max(WEIGHT, 1 / (2 + passes++));
      known.add(Math.min(milliseconds / slowness, MOST_SURPRISE * known.value));
    },
  };
}
