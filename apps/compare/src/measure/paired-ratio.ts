import { median } from "simple-statistics";
import { bootstrapInterval, type Resamples } from "./bootstrap.ts";

/** The ratio of two lanes' times, over rounds in which both ran. */
export interface PairedRatio {
  readonly median: number;
  /** 95 % bootstrap interval of the median, over rounds resampled with replacement. */
  readonly interval: readonly [low: number, high: number];
  /** "inconclusive" if the interval contains 1 or there are fewer than `MIN_PAIRS` rounds. */
  readonly verdict: "faster" | "slower" | "inconclusive";
}

export const MIN_PAIRS = 5;

/** Compares `times` with `reference`, round by round. Both have the same length, at least 1, and so have the resamples. */
export function pairedRatio(times: readonly number[], reference: readonly number[], resamples: Resamples): PairedRatio {
  const ratios = times.map((time, round) => time / reference[round]!);
  const interval = bootstrapInterval(ratios, median, resamples);
  const [low, high] = interval;
  const isInconclusive = ratios.length < MIN_PAIRS || (low <= 1 && high >= 1);
  return { median: median(ratios), interval, verdict: isInconclusive ? "inconclusive" : high < 1 ? "faster" : "slower" };
}
