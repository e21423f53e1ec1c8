import type { RandomSource } from "@decodekit/core";
import { median, quantileSorted, sampleWithReplacement } from "simple-statistics";

/** By how much one lane takes longer than another, over rounds in which both ran. */
export interface PairedRatio {
  readonly median: number;
  /** 95 % bootstrap interval of the median: percentiles of 2000 medians of rounds drawn with replacement. */
  readonly interval: readonly [low: number, high: number];
  /** "cannot tell" when the interval contains 1, or when there are fewer than `LEAST_PAIRS` rounds. */
  readonly verdict: "faster" | "slower" | "cannot tell";
}

export const LEAST_PAIRS = 5;
const RESAMPLES = 2000;

/** The ratio of `times` over `reference`, round by round: both of one length, at least 1. */
export function pairedRatio(times: readonly number[], reference: readonly number[], random: RandomSource): PairedRatio {
  const ratios = times.map((time, round) => time / reference[round]!);
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(sampleWithReplacement(ratios, ratios.length, () => random.uniform())),
  ).toSorted((a, b) => a - b);
  const interval = [quantileSorted(medians, 0.025), quantileSorted(medians, 0.975)] as const;
  const [low, high] = interval;
  const isUnsure = ratios.length < LEAST_PAIRS || (low <= 1 && high >= 1);
  return { median: median(ratios), interval, verdict: isUnsure ? "cannot tell" : high < 1 ? "faster" : "slower" };
}
