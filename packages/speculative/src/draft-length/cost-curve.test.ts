import { describe, expect, test } from "vitest";
import { measuredCosts } from "./cost-curve.ts";

describe("measuredCosts", () => {
  const costsOf = (...rounds: readonly (readonly [asked: number | "plain", ...times: readonly number[]])[]) => {
    const costs = measuredCosts();
    for (const [asked, ...times] of rounds) {
      for (const time of times) {
        if (asked === "plain") costs.addPlain(time);
        else costs.add({ asked, drafted: asked, milliseconds: time });
      }
    }
    return costs;
  };

  test("takes drafts to cost little more than plain passes at first", () => {
    const costs = costsOf(["plain", 11]);
    expect(costs.plain).toBe(11);
    expect(costs.of(2)).toBeCloseTo(12.1, 12);
  });

  test("goes on from one length with the slope assumed at first", () => {
    const costs = costsOf(["plain", 11], [4, 14]);
    expect([costs.plain, costs.of(4)]).toEqual([11, 14]);
    expect(costs.of(6)).toBeCloseTo(14 + (2 * 0.05 * 14) / 1.2, 12);
    expect(costsOf(["plain", 11], [4, 5]).of(4)).toBe(11);
  });

  test("joins lengths that were measured, each pulled most of the way to their line after one time, and goes on with the line", () => {
    // Means 5 and 15, squares 2, rise 2; the slope assumed at first is 0.05 · 15 / 1.25 = 0.6 and weighs 64.
    const slope = (2 + 64 * 0.6) / 66;
    const costs = costsOf(["plain", 11], [4, 14], [6, 16]);
    const [four, six] = [(14 + 2 * (15 - slope)) / 3, (16 + 2 * (15 + slope)) / 3];
    expect(costs.of(4)).toBeCloseTo(four, 12);
    expect(costs.of(5)).toBeCloseTo((four + six) / 2, 12);
    expect(costs.of(6)).toBeCloseTo(six, 12);
    expect(costs.of(7)).toBeCloseTo(six + slope, 12);
  });

  test("keeps a step, and gives neighbours that fall their mean", () => {
    const often = (time: number): number[] => Array.from({ length: 15 }, () => time);
    const step = costsOf(["plain", ...often(10)], [1, ...often(11)], [2, ...often(15)], [3, ...often(15)]);
    expect([1, 2, 3].map((length) => Math.round(step.of(length)))).toEqual([11, 15, 15]);
    const falling = costsOf(["plain", ...often(10)], [1, ...often(16)], [2, ...often(14)], [9, ...often(24)]);
    expect(falling.of(1)).toBe(falling.of(2));
    expect(falling.of(1)).toBeCloseTo(15, 0);
  });

  test("counts a round that was held up as half as long again as expected", () => {
    expect(costsOf(["plain", 10, 999]).plain).toBeCloseTo(10 + (2 / 3) * 5, 12);
    const held = costsOf([2, 10], [2, 999]).of(2);
    expect(held).toBeGreaterThan(13);
    expect(held).toBeLessThanOrEqual(15);
  });

  test("forgets a length that was not asked for in 512 rounds", () => {
    const often = (count: number): number[] => Array.from({ length: count }, () => 10);
    expect(costsOf([2, 9], [1, ...often(512)]).knows(2)).toBe(true);
    const costs = costsOf([2, 9], [1, ...often(513)]);
    costs.of(1);
    expect(costs.knows(2)).toBe(false);
  });
});
