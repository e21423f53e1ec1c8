import { seededRandom } from "@decodekit/core";
import { mean } from "simple-statistics";
import { expect, test } from "vitest";
import { bootstrapInterval } from "./bootstrap.ts";

test("the interval of one item is its value", () => {
  expect(bootstrapInterval([3], mean, seededRandom(0))).toEqual([3, 3]);
});

test("the interval is the same for the same seed, and leaves the items in their order", () => {
  const items = [5, 1, 4];
  expect(bootstrapInterval(items, mean, seededRandom(2))).toEqual(bootstrapInterval(items, mean, seededRandom(2)));
  expect(items).toEqual([5, 1, 4]);
});

test("the interval of a mean is that of the normal approximation", () => {
  const random = seededRandom(1);
  const items = Array.from({ length: 400 }, () => random.uniform());
  // The standard error is sqrt(1 / 12 / 400) = 0.01443; 1.96 of them on each side.
  const [low, high] = bootstrapInterval(items, mean, seededRandom(0));
  expect(mean(items) - low).toBeCloseTo(1.96 * 0.01443, 2);
  expect(high - mean(items)).toBeCloseTo(1.96 * 0.01443, 2);
});
