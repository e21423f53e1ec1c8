import type { RandomSource } from "@decodekit/core";
import { quantileSorted, sampleWithReplacement } from "simple-statistics";

const RESAMPLES = 2000;

/**
 * Returns the 95 % bootstrap interval of `statistic`: percentiles of its values over 2000 resamples of `items`, drawn with replacement.
 * `items` has at least one.
 */
export function bootstrapInterval<Item>(
  items: readonly Item[],
  statistic: (some: Item[]) => number,
  random: RandomSource,
): readonly [low: number, high: number] {
  const values = Array.from({ length: RESAMPLES }, () =>
    statistic(sampleWithReplacement([...items], items.length, () => random.uniform())),
  ).toSorted((a, b) => a - b);
  return [quantileSorted(values, 0.025), quantileSorted(values, 0.975)];
}
