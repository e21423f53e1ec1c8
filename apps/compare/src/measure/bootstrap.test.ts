import { seededRandom } from "@decodekit/core";
import { mean } from "simple-statistics";
import { expect, test } from "vitest";
import { bootstrapInterval, drawResamples } from "./bootstrap.ts";

test("the interval of one item is its value", () => {
  expect(bootstrapInterval([3], mean, drawResamples(1, seededRandom(0)))).toEqual([3, 3]);
});

test("the interval is the same for the same seed, and leaves the items in their order", () => {
  const items = [5, 1, 4];
  const interval = (seed: number) => bootstrapInterval(items, mean, drawResamples(3, seededRandom(seed)));
  expect(interval(2)).toEqual(interval(2));
  expect(items).toEqual([5, 1, 4]);
});

test("the interval of a mean is that of the normal approximation", () => {
  const random = seededRandom(1);
  const items = Array.from({ length: 400 }, () => random.uniform());
  // The standard error is sqrt(1 / 12 / 400) = 0.01443; 1.96 of them on each side.
  const [low, high] = bootstrapInterval(items, mean, drawResamples(400, seededRandom(0)));
  expect(mean(items) - low).toBeCloseTo(1.96 * 0.01443, 2);
  expect(high - mean(items)).toBeCloseTo(1.96 * 0.01443, 2);
});
