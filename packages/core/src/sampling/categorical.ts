import { LogitsError } from "../errors.ts";

/**
 * Returns the index whose part of [0, 1) contains `uniform`, where the parts are in proportion to `weights`, shape (n,): finite, >= 0,
 * not all 0, of any sum. An index of weight 0 is never returned, not even through rounding.
 * @throws LogitsError if the weights define no distribution.
 */
export function categorical(weights: ArrayLike<number>, uniform: number): number {
  let total = 0;
  for (let index = 0; index < weights.length; index++) {
    if (!(weights[index]! >= 0)) throw new LogitsError(`weight ${weights[index]} for token ${index}`);
    total += weights[index]!;
  }
  if (!(total > 0 && total < Infinity)) throw new LogitsError(`the weights sum to ${total}`);
  const target = uniform * total;
  let cumulative = 0;
  let last = 0;
  for (let index = 0; index < weights.length; index++) {
    if (weights[index] === 0) continue;
    cumulative += weights[index]!;
    last = index;
    if (target < cumulative) return index;
  }
  return last;
}
