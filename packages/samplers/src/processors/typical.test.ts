import { seededRandom, softmax } from "@decodekit/core";
import { expect, test } from "vitest";
import { typical } from "./typical.ts";

/** The definition, with logarithms of every probability and a full sort. */
function bySorting(row: Float32Array, p: number, minKeep: number): readonly number[] {
  const probabilities = softmax(row);
  const possible = [...row.keys()].filter((token) => probabilities[token]! > 0);
  const entropy = possible.reduce((sum, token) => sum - probabilities[token]! * Math.log(probabilities[token]!), 0);
  const distanceOf = (token: number): number => Math.abs(-Math.log(probabilities[token]!) - entropy);
  const order = possible.toSorted((a, b) => distanceOf(a) - distanceOf(b));
  let mass = 0;
  let count = 0;
  while (count < order.length && (mass < p || count < minKeep)) mass += probabilities[order[count++]!]!;
  return order.slice(0, count).toSorted((a, b) => a - b);
}

const shapes: Readonly<Record<string, (uniform: number) => number>> = {
  flat: (u) => u,
  wide: (u) => 30 * u,
  peaked: (u) => 20 * u ** 8,
  "with outliers": (u) => (u > 0.99 ? 200 * u : u),
};

test.each(Object.keys(shapes).flatMap((shape) => [3, 100, 20_000].map((size) => [shape, size] as const)))(
  "the tokens of a full sort are kept: %s logits of %s tokens",
  (shape, size) => {
    for (const [seed, p] of [0.01, 0.2, 0.5, 0.9, 0.999].entries()) {
      const random = seededRandom(seed);
      const original = Float32Array.from({ length: size }, () => (random.bernoulli(0.1) ? -Infinity : shapes[shape]!(random.uniform())));
      original[0] = 0.5;
      for (const minKeep of [1, 7]) {
        const row = original.slice();
        typical(p, { minKeep })(row, { tokens: Int32Array.of(0), promptLength: 1 });
        expect([...row.keys()].filter((token) => row[token]! > -Infinity)).toEqual(bySorting(original, p, minKeep));
      }
    }
  },
);
