import { InvalidOptionError, seededRandom } from "@decodekit/core";
import { countingModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { autoDraftLength } from "./auto.ts";
import { measuredCosts } from "./cost-curve.ts";

const target = countingModel();

/** Runs rounds in which each drafted token stands with probability `rate`; gives the lengths. */
function lengthsFor(rate: number, cost: (length: number) => number, rounds = 400, measured = false): readonly number[] {
  const control = autoDraftLength({ maximum: 8, ...(measured ? {} : { cost }) }).start(target);
  const random = seededRandom(1);
  return Array.from({ length: rounds }, () => {
    const asked = control.next();
    let accepted = 0;
    while (accepted < asked && random.bernoulli(rate)) accepted++;
    control.observe({ asked, drafted: asked, accepted, milliseconds: cost(asked) });
    return asked;
  });
}

/** Tokens per unit of cost when every token stands with probability `rate`. */
function speedOf(length: number, rate: number, cost: (length: number) => number): number {
  return (rate === 1 ? length + 1 : (1 - rate ** (length + 1)) / (1 - rate)) / cost(length);
}

describe("autoDraftLength", () => {
  test.each([
    { rate: 0.9, slope: 0.1 },
    { rate: 0.7, slope: 0.1 },
    { rate: 0.6, slope: 0.3 },
    { rate: 1, slope: 0.05 },
    { rate: 0.8, slope: 0.3 },
  ])("comes within a tenth of the best length's speed, acceptance $rate, $slope of a pass per token", ({ rate, slope }) => {
    const cost = (length: number): number => 1 + slope * length;
    for (const measured of [false, true]) {
      const settled = lengthsFor(rate, cost, 600, measured).slice(50);
      const speed = settled.reduce((sum, length) => sum + speedOf(length, rate, cost), 0) / settled.length;
      const best = Math.max(...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((length) => speedOf(length, rate, cost)));
      expect(speed).toBeGreaterThan(0.9 * best);
    }
  });

  test.each([true, false])("stops drafting where that cannot pay, and tries again ever more rarely (measured: %s)", (measured) => {
    const lengths = lengthsFor(0.05, (length) => 1 + 0.4 * length, 1000, measured);
    const drafts = lengths.flatMap((length, round) => (length > 0 ? [round] : []));
    expect(drafts.length).toBeLessThan(25);
    expect(drafts.at(-1)).toBeGreaterThan(100);
    const gaps = drafts.slice(1).map((round, index) => round - drafts[index]!);
    expect(gaps.at(-1)).toBeGreaterThanOrEqual(gaps.find((gap) => gap > 1)!);
  });

  test("starts drafting again when it pays", () => {
    const control = autoDraftLength({ cost: (length) => 1 + 0.1 * length }).start(target);
    const play = (rounds: number, rate: number): number => {
      let drafted = 0;
      for (let round = 0; round < rounds; round++) {
        const asked = control.next();
        drafted += asked;
        control.observe({ asked, drafted: asked, accepted: Math.round(asked * rate), milliseconds: 1 });
      }
      return drafted / rounds;
    };
    expect(play(40, 0)).toBeLessThan(2);
    expect(play(200, 1)).toBeGreaterThan(5);
  });

  test("asks again and again while the drafter has no idea, which costs nothing", () => {
    const control = autoDraftLength({ cost: () => 1 }).start(target);
    for (let round = 0; round < 20; round++) {
      expect(control.next()).toBe(3);
      control.observe({ asked: 3, drafted: 0, accepted: 0, milliseconds: 1 });
    }
  });

  test("measures plain passes also where drafting pays, and finds out that it does not when they get faster", () => {
    const control = autoDraftLength().start(target);
    const play = (rounds: number, plain: number): readonly number[] =>
      Array.from({ length: rounds }, () => {
        const asked = control.next();
        control.observe({ asked, drafted: asked, accepted: Math.min(asked, 1), milliseconds: asked > 0 ? 4 : plain });
        return asked;
      });
    const paying = play(200, 3.5);
    expect(paying.filter((asked) => asked === 0).length).toBeLessThan(12);
    expect(
      play(800, 1)
        .slice(-100)
        .filter((asked) => asked > 0).length,
    ).toBeLessThan(5);
  });

  test("refuses wrong options", () => {
    expect(() => autoDraftLength({ maximum: 0 })).toThrow(InvalidOptionError);
    expect(() => autoDraftLength({ cost: 3 as never })).toThrow("cost must be a function");
  });
});

test("measured costs are lower quartiles, drafts on the line that fits them, plain passes apart", () => {
  const costs = measuredCosts();
  const add = (drafted: number, ...times: readonly number[]): void => times.forEach((milliseconds) => costs.add({ drafted, milliseconds }));
  add(0, 99, 10, 12, 11, 50);
  expect(costs.of(0)).toBe(11);
  expect(costs.of(2)).toBeCloseTo(12.1, 12);
  add(4, 24);
  expect(costs.of(0)).toBe(11);
  expect(costs.of(4)).toBe(24);
  expect(costs.of(6)).toBeCloseTo(26, 12);
  add(6, 30);
  expect([costs.of(3), costs.of(5), costs.of(8)]).toEqual([21, 27, 36]);
  // Weighted means 5 and 22; the slope is ((4 - 5) (24 - 22) + (6 - 5) (30 - 22)) / ((4 - 5)² + (6 - 5)²) = 3.
  add(5, 17, 17);
  expect(costs.of(5)).toBeCloseTo(22, 12);
  expect(costs.of(7)).toBeCloseTo(28, 12);
  add(8, 20, 20, 20, 20, 20, 20, 20, 20);
  expect(costs.of(1)).toBeGreaterThanOrEqual(11);
  expect(costs.of(9)).toBeGreaterThanOrEqual(costs.of(1));
});

test("a drafter that drafts in one pass is given longer drafts than one that takes a pass per token", () => {
  const settle = (draftMilliseconds: (length: number) => number): number => {
    const control = autoDraftLength().start(target);
    const random = seededRandom(3);
    let asked = 0;
    for (let round = 0; round < 200; round++) {
      asked = control.next();
      let accepted = 0;
      while (accepted < asked && random.bernoulli(0.85)) accepted++;
      const milliseconds = 1 + 0.05 * asked + (asked > 0 ? draftMilliseconds(asked) : 0);
      control.observe({ asked, drafted: asked, accepted, milliseconds });
    }
    return asked;
  };
  const [onePass, perToken] = [settle(() => 0.5), settle((length) => 0.4 * length)];
  expect(onePass).toBeGreaterThan(perToken);
  expect(onePass).toBeGreaterThanOrEqual(6);
  expect(perToken).toBeGreaterThanOrEqual(1);
});
