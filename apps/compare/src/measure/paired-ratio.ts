import type { RandomSource } from "@decodekit/core";
import { median, quantileSorted, sampleWithReplacement } from "simple-statistics";

/** The ratio of two lanes' times, over rounds in which both ran. */
export interface PairedRatio {
  readonly median: number;
  /** 95 % bootstrap interval of the median: percentiles of 2000 medians over rounds resampled with replacement. */
  readonly interval: readonly [low: number, high: number];
  /** "inconclusive" if the interval contains 1 or there are fewer than `MIN_PAIRS` rounds. */
  readonly verdict: "faster" | "slower" | "inconclusive";
}

export const MIN_PAIRS = 5;
const RESAMPLES = 2000;

/** Compares `times` with `reference`, round by round. Both have the same length, at least 1. */
export function pairedRatio(times: readonly number[], reference: readonly number[], random: RandomSource): PairedRatio {
  const ratios = times.map((time, round) => time / reference[round]!);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(sampleWithReplacement(ratios, ratios.length, () => random.uniform())),
  ).toSorted((a, b) => a - b);
  const interval = [quantileSorted(medians, 0.025), quantileSorted(medians, 0.975)] as const;
  const [low, high] = interval;
  const isInconclusive = ratios.length < MIN_PAIRS || (low <= 1 && high >= 1);
  return { median: median(ratios), interval, verdict: isInconclusive ? "inconclusive" : high < 1 ? "faster" : "slower" };
}
