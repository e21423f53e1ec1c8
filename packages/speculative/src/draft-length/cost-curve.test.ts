import { describe, expect, test } from "vitest";
import { measuredCosts } from "./cost-curve.ts";

describe("measuredCosts", () => {
  const costsOf = (...rounds: readonly (readonly [requested: number | "plain", ...times: readonly number[]])[]) => {
    const costs = measuredCosts();
    for (const [requested, ...times] of rounds) {
      for (const time of times) {
        if (requested === "plain") costs.addPlain(time);
        else costs.add({ requested, drafted: requested, milliseconds: time });
      }
    }
    return costs;
  };

  test("assumes at first that drafts cost little more than plain passes", () => {
    const costs = costsOf(["plain", 11]);
    expect(costs.plainTime).toBe(11);
    expect(costs.roundTime(2)).toBeCloseTo(12.1, 12);
  });

  test("extrapolates from a single length with the prior slope", () => {
    const costs = costsOf(["plain", 11], [4, 14]);
    expect([costs.plainTime, costs.roundTime(4)]).toEqual([11, 14]);
    expect(costs.roundTime(6)).toBeCloseTo(14 + (2 * 0.05 * 14) / 1.2, 12);
    expect(costsOf(["plain", 11], [4, 5]).roundTime(4)).toBe(11);
  });

  test("interpolates measured lengths, shrunk most of the way to their line after one time, and extrapolates the line", () => {
    // Means 5 and 15, squares 2, rise 2; the prior slope is 0.05 · 15 / 1.25 = 0.6 and weighs 64.
    const slope = (2 + 64 * 0.6) / 66;
    const costs = costsOf(["plain", 11], [4, 14], [6, 16]);
    const [four, six] = [(14 + 2 * (15 - slope)) / 3, (16 + 2 * (15 + slope)) / 3];
    expect(costs.roundTime(4)).toBeCloseTo(four, 12);
    expect(costs.roundTime(5)).toBeCloseTo((four + six) / 2, 12);
    expect(costs.roundTime(6)).toBeCloseTo(six, 12);
    expect(costs.roundTime(7)).toBeCloseTo(six + slope, 12);
  });

  test("keeps a step, and replaces falling neighbours by their mean", () => {
    const often = (time: number): number[] => Array.from({ length: 15 }, () => time);
    const step = costsOf(["plain", ...often(10)], [1, ...often(11)], [2, ...often(15)], [3, ...often(15)]);
    expect([1, 2, 3].map((length) => Math.round(step.roundTime(length)))).toEqual([11, 15, 15]);
    const falling = costsOf(["plain", ...often(10)], [1, ...often(16)], [2, ...often(14)], [9, ...often(24)]);
    expect(falling.roundTime(1)).toBe(falling.roundTime(2));
    expect(falling.roundTime(1)).toBeCloseTo(15, 0);
  });

  test("counts an interrupted round as at most 1.5 times the expected time", () => {
    expect(costsOf(["plain", 10, 999]).plainTime).toBeCloseTo(10 + (2 / 3) * 5, 12);
    const interrupted = costsOf([2, 10], [2, 999]).roundTime(2);
    expect(interrupted).toBeGreaterThan(13);
    expect(interrupted).toBeLessThanOrEqual(15);
  });

  test("drops a length that was not requested for 512 rounds", () => {
    const often = (count: number): number[] => Array.from({ length: count }, () => 10);
    expect(costsOf([2, 9], [1, ...often(512)]).hasMeasured(2)).toBe(true);
    const costs = costsOf([2, 9], [1, ...often(513)]);
    costs.roundTime(1);
    expect(costs.hasMeasured(2)).toBe(false);
  });
});
