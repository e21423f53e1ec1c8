import { expect, test } from "vitest";
import { movingAverage } from "./moving-average.ts";

test("the weights of the first values rise linearly: 1 : 2 : 3 for three values", () => {
  const mean = movingAverage(6, 100);
  expect([mean.value, mean.count]).toEqual([6, 1]);
  mean.add(3);
  // (6 + 2 · 3) / 3, then (6 + 2 · 3 + 3 · 12) / 6.
  expect([mean.value, mean.count]).toEqual([4, 2]);
  mean.add(12);
  expect(mean.value).toBeCloseTo(8, 12);
  expect(mean.count).toBe(3);
});

test("a later value has the weight 1 / memory", () => {
  const mean = movingAverage(0, 4);
  for (let value = 0; value < 20; value++) mean.add(0);
  mean.add(8);
  expect(mean.value).toBe(2);
  mean.add(2);
  expect(mean.value).toBe(2);
});
