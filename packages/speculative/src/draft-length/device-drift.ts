import { movingAverage, type MovingAverage } from "./moving-average.ts";

/** The current speed of the device, relative to its average. */
export interface DeviceDrift {
  /** Records the time of one pass of the target. Passes of the same `kind` should take about the same time. */
  observe(kind: number | "plain", milliseconds: number): void;
  /** The time that a round of `milliseconds` would have taken at average speed. */
  normalize(milliseconds: number): number;
}

/** Memory of the average of one kind of pass. */
const MEMORY = 48;
/** Minimum weight of one pass in the drift, which is averaged as a logarithm. The first passes weigh more. */
const WEIGHT = 0.05;
/** Limits of a pass's deviation from its expected time. */
const MIN_DEVIATION = 1 / 1.2;
const MAX_DEVIATION = 1.2;
/** The first passes may be much faster than expected, while code is still being compiled. */
const FIRST_PASSES = 20;
const MIN_FIRST_DEVIATION = 0.5;

/**
 * Tracks temporary slowdowns of the device, so that rounds that were measured at different times can be compared. It compares recent
 * passes with the average of their kind.
 */
export function deviceDrift(): DeviceDrift {
  const averages = new Map<number | "plain", MovingAverage>();
  let slowdown = 1;
  let passes = 0;
  return {
    normalize: (milliseconds) => milliseconds / slowdown,
    observe(kind, milliseconds) {
      const average = averages.get(kind);
      if (!average) {
        averages.set(kind, movingAverage(milliseconds / slowdown, MEMORY));
        return;
      }
      const deviation = milliseconds / (slowdown * average.value);
      const limited = Math.min(Math.max(deviation, passes < FIRST_PASSES ? MIN_FIRST_DEVIATION : MIN_DEVIATION), MAX_DEVIATION);
      slowdown *= limited ** Math.max(WEIGHT, 1 / (2 + passes++));
      average.add(Math.min(milliseconds / slowdown, MAX_DEVIATION * average.value));
    },
  };
}
