import { softmax } from "@decodekit/core";

/** Σ min(p, q) of the distributions of two rows of logits at temperature 1: the chance that a draft from one is accepted by the other. */
export function overlap(first: Float32Array, second: Float32Array): number {
  const p = softmax(first);
  const q = softmax(second);
  let sum = 0;
  for (let token = 0; token < p.length; token++) sum += Math.min(p[token]!, q[token]!);
  return sum;
}

/** Means by place in a draft, places counted from 0. */
export function meanByPlace(places: number): { add(place: number, value: number): void; means(): number[] } {
  const sums = Array.from({ length: places }, () => ({ total: 0, count: 0 }));
  return {
    add(place, value) {
      sums[place]!.total += value;
      sums[place]!.count++;
    },
    means: () => sums.map(({ total, count }) => total / count),
  };
}
