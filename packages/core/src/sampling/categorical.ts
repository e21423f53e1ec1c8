import { LogitsError } from "../errors.ts";

/**
 * The index that `uniform` in [0, 1) falls on when the interval is shared out in proportion to `weights`, shape (n,):
 * finite, >= 0, not all 0, of any sum. An index of weight 0 is never returned, also not by rounding.
 * @throws LogitsError when the weights are none.
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
