import type { RandomSource } from "@decodekit/core";
import { quantileSorted } from "simple-statistics";

const RESAMPLES = 2000;

/** Samples with replacement: for each, the indices of its items. Drawing them takes longer than most statistics, so figures share them. */
export type Resamples = readonly Uint32Array[];

/** Draws 2000 resamples of `count` items, at least 1. */
export function drawResamples(count: number, random: RandomSource): Resamples {
  return Array.from({ length: RESAMPLES }, () => Uint32Array.from({ length: count }, () => Math.floor(count * random.uniform())));
}

/**
 * Returns the 95 % bootstrap interval of `statistic`: percentiles of its values over resamples of `items`, which are as many. `statistic`
 * receives the same array each time, with other items in it.
 */
export function bootstrapInterval<Item>(
  items: readonly Item[],
  statistic: (some: Item[]) => number,
  resamples: Resamples,
): readonly [low: number, high: number] {
  const some = [...items];
  const valueOf = (indices: Uint32Array): number => {
    for (let place = 0; place < indices.length; place++) some[place] = items[indices[place]!]!;
    return statistic(some);
  };
  const values = resamples.map((indices) => valueOf(indices)).toSorted((a, b) => a - b);
  return [quantileSorted(values, 0.025), quantileSorted(values, 0.975)];
}
