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

  test("finds the one length that is nearly free where costs rise in steps", () => {
    const cost = (length: number): number => [1, 1.1, 1.8, 1.9, 2.4, 2.6][length] ?? 1 + 0.35 * length;
    const settled = lengthsFor(0.75, cost, 600, true).slice(100);
    const speed = settled.reduce((sum, length) => sum + speedOf(length, 0.75, cost), 0) / settled.length;
    expect(speed).toBeGreaterThan(0.93 * speedOf(1, 0.75, cost));
  });

  test.each([0.95, 0.7, 0.3])("is not far from the best length where other work slows one round in three, acceptance %d", (rate) => {
    const cost = (length: number): number => 1 + 0.1 * length;
    const speeds: number[] = [];
    for (let seed = 0; seed < 6; seed++) {
      const control = autoDraftLength().start(countingModel());
      const random = seededRandom(seed);
      let [tokens, time] = [0, 0];
      for (let round = 0; round < 600; round++) {
        const asked = control.next();
        let accepted = 0;
        while (accepted < asked && random.bernoulli(rate)) accepted++;
        const slowed = random.bernoulli(1 / 3) ? 1 + 8 * random.uniform() : 1;
        control.observe({ asked, drafted: asked, accepted, milliseconds: cost(asked) * slowed });
        if (round < 60) continue;
        tokens += 1 + accepted;
        time += cost(asked);
      }
      speeds.push(tokens / time);
    }
    const best = Math.max(...Array.from({ length: 17 }, (_, length) => speedOf(length, rate, cost)));
    expect(speeds.reduce((sum, speed) => sum + speed) / speeds.length).toBeGreaterThan(0.9 * best);
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
      expect(control.next()).toBe(2);
      control.observe({ asked: 2, drafted: 0, accepted: 0, milliseconds: 1 });
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

describe("measuredCosts", () => {
  const costsOf = (...rounds: readonly (readonly [drafted: number, ...times: readonly number[]])[]) => {
    const costs = measuredCosts();
    for (const [drafted, ...times] of rounds) for (const milliseconds of times) costs.add({ drafted, milliseconds });
    return costs;
  };

  test("takes what three eighths of the times lie below for plain passes, and at first little more for drafts", () => {
    const costs = costsOf([0, 11, 10, 12, 11, 16]);
    expect(costs.of(0)).toBe(11);
    expect(costs.of(2)).toBeCloseTo(12.1, 12);
  });

  test("goes on from one length with the slope assumed at first", () => {
    const costs = costsOf([0, 11], [4, 14]);
    expect([costs.of(0), costs.of(4)]).toEqual([11, 14]);
    expect(costs.of(6)).toBeCloseTo(14 + (2 * 0.05 * 14) / 1.2, 12);
    expect(costsOf([0, 11], [4, 5]).of(4)).toBe(11);
  });

  test("joins lengths that were measured, each pulled halfway to their line after one time, and goes on with the line", () => {
    // Means 5 and 15, squares 2, rise 2; the slope assumed at first is 0.05 · 15 / 1.25 = 0.6 and weighs 64.
    const slope = (2 + 64 * 0.6) / 66;
    const costs = costsOf([0, 11], [4, 14], [6, 16]);
    const [four, six] = [(14 + 15 - slope) / 2, (16 + 15 + slope) / 2];
    expect(costs.of(4)).toBeCloseTo(four, 12);
    expect(costs.of(5)).toBeCloseTo((four + six) / 2, 12);
    expect(costs.of(6)).toBeCloseTo(six, 12);
    expect(costs.of(7)).toBeCloseTo(six + slope, 12);
  });

  test("keeps a step, and gives neighbours that fall their mean", () => {
    const often = (time: number): number[] => Array.from({ length: 15 }, () => time);
    const step = costsOf([0, ...often(10)], [1, ...often(11)], [2, ...often(15)], [3, ...often(15)]);
    expect([1, 2, 3].map((length) => Math.round(step.of(length)))).toEqual([11, 15, 15]);
    const falling = costsOf([0, ...often(10)], [1, ...often(16)], [2, ...often(14)], [9, ...often(24)]);
    expect(falling.of(1)).toBe(falling.of(2));
    expect(falling.of(1)).toBeCloseTo(15, 0);
  });

  test("counts a round that was held up as half as long again as expected", () => {
    expect(costsOf([0, 10, 999]).of(0)).toBe(10);
    expect(costsOf([0, 10, 999, 999, 999]).of(0)).toBeCloseTo(15, 12);
  });
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
