import { mersenne } from "pure-rand/generator/mersenne";

/**
 * Returns the first `count` entries of a random permutation of [0, n) for a seed, an integer in [0, 2^32): those of PyTorch's `randperm` on
 * a CPU with a Mersenne Twister of that seed, so that watermarks agree with those of transformers.
 */
export function shuffledStart(n: number, count: number, seed: number): Int32Array {
  const random = mersenne(seed);
  const order = Int32Array.from({ length: n }, (_, index) => index);
  for (let place = 0; place < Math.min(count, n - 1); place++) {
    const other = place + ((random.next() >>> 0) % (n - place));
    const value = order[place]!;
    order[place] = order[other]!;
    order[other] = value;
  }
  return order.subarray(0, count);
}
