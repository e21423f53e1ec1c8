import { describe, expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { type Nucleus, nucleusOf } from "./nucleus.ts";
import { softmax } from "./softmax.ts";

/** The definition, with a full sort. */
function bySorting(probabilities: Float64Array, p: number): Nucleus {
  const sorted = [...probabilities.keys()]
    .filter((token) => probabilities[token]! > 0)
    .toSorted((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  const tokens: number[] = [];
  let mass = 0;
  for (const token of sorted) {
    if (mass >= p) break;
    tokens.push(token);
    mass += probabilities[token]!;
  }
  return { tokens, mass };
}

/** Returns a row whose logits are `logit` of uniform numbers in (0, 1]; the first token is always possible. */
function randomRow(seed: number, length: number, logit: (uniform: number) => number): Float64Array {
  const random = seededRandom(seed);
  return softmax(Float32Array.from({ length }, (_, token) => logit(token === 0 ? 0.9 : 1 - random.uniform())));
}

const ps = [1e-9, 0.1, 0.5, 0.9, 0.95, 0.999, 1 - 1e-9, 1 - 1e-15, 1 - 2 ** -53];

describe.each([
  { name: "flat", logit: () => 0 },
  { name: "nearly flat", logit: (uniform: number) => uniform },
  { name: "peaked", logit: (uniform: number) => -20 * Math.log(uniform) },
  { name: "full of ties", logit: (uniform: number) => Math.floor(uniform * 4) },
  { name: "full of zeros", logit: (uniform: number) => (uniform < 0.7 ? -Infinity : 5 * uniform) },
])("of a $name row", ({ logit }) => {
  test.each([1, 2, 3, 7, 100, 3001])("of %d tokens it equals the sorted definition bit for bit", (length) => {
    for (let seed = 0; seed < 3; seed++) {
      const probabilities = randomRow(seed, length, logit);
      for (const p of ps) expect(nucleusOf(probabilities, p)).toEqual(bySorting(probabilities, p));
    }
  });
});

test.each([
  { p: 0.4, tokens: [3] },
  { p: 0.400001, tokens: [3, 1] },
  { p: 0.69, tokens: [3, 1] },
  { p: 0.71, tokens: [3, 1, 0] },
  { p: 0.86, tokens: [3, 1, 0, 2] },
])("for p = $p the token that crosses p is included, the lowest id first among equals", ({ p, tokens }) => {
  expect(nucleusOf(Float64Array.of(0.15, 0.3, 0.15, 0.4, 0), p).tokens).toEqual(tokens);
});

test("if rounding keeps the sum below p, all possible tokens are included", () => {
  const third = 1 / 3 - 1e-12;
  expect(nucleusOf(Float64Array.of(third, third, 0, third, 1e-30), 1 - 1e-13).tokens).toEqual([0, 1, 3, 4]);
});
