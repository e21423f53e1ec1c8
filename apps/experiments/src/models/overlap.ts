import { softmax } from "@decodekit/core";

/** Returns Σ min(p, q) of two rows of logits at temperature 1: the probability that a draft from one is accepted under the other. */
export function overlap(first: Float32Array, second: Float32Array): number {
  const p = softmax(first);
  const q = softmax(second);
  let sum = 0;
  for (let token = 0; token < p.length; token++) sum += Math.min(p[token]!, q[token]!);
  return sum;
}

/** Accumulates means by position in a draft, counted from 0. */
export function meanByPosition(positions: number): { add(position: number, value: number): void; means(): number[] } {
  const sums = Array.from({ length: positions }, () => ({ total: 0, count: 0 }));
  return {
    add(position, value) {
      sums[position]!.total += value;
      sums[position]!.count++;
    },
    means: () => sums.map(({ total, count }) => total / count),
  };
}
