import { expect, test } from "vitest";
import { median, medianOf, medianRatio, ratioOfSums } from "./statistics.ts";

test("the median is the middle, or the mean of the two in the middle", () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
});

test("an interval of equal values has no width, and an interval lies within the values", () => {
  expect(medianOf([2, 2, 2])).toEqual({ value: 2, interval: [2, 2], count: 3 });
  const values = Array.from({ length: 101 }, (_, index) => index);
  const { value, interval } = medianOf(values);
  // By the binomial distribution, ranks 41 and 61 of 101 bound the median with 95 %.
  expect(value).toBe(50);
  expect(interval[0]).toBeGreaterThan(36);
  expect(interval[0]).toBeLessThan(45);
  expect(interval[1]).toBeGreaterThan(55);
  expect(interval[1]).toBeLessThan(64);
});

test("the same values give the same interval", () => {
  expect(medianOf([3, 1, 4, 1, 5, 9, 2, 6])).toEqual(medianOf([3, 1, 4, 1, 5, 9, 2, 6]));
});

test("a ratio is taken pair by pair: drift that both share does not count", () => {
  const drift = [1, 10, 100, 1000];
  expect(
    medianRatio(
      drift.map((value) => 3 * value),
      drift,
    ),
  ).toEqual({ value: 3, interval: [3, 3], count: 4 });
});

test("in a ratio of sums each pair counts with its weight", () => {
  expect(ratioOfSums([10, 1], [20, 0.1]).value).toBeCloseTo(11 / 20.1, 12);
});
