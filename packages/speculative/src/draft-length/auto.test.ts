import { InvalidOptionError, seededRandom } from "@decodekit/core";
import { countingModel } from "@decodekit/core/testing";
import { describe, expect, test } from "vitest";
import { autoDraftLength } from "./auto.ts";
import type { MeasuredRound } from "./policy.ts";

const target = countingModel();

/** Runs rounds in which each drafted token is accepted with probability `rate`; returns the lengths. */
function lengthsFor(rate: number, cost: (length: number) => number, rounds = 400, measured = false): readonly number[] {
  const control = autoDraftLength({ maximum: 8, ...(measured ? {} : { cost }) }).start(target);
  const random = seededRandom(1);
  return Array.from({ length: rounds }, () => {
    const requested = control.next();
    let accepted = 0;
    while (accepted < requested && random.bernoulli(rate)) accepted++;
    control.observe({ requested, drafted: requested, accepted, ...timed(cost(requested)) });
    return requested;
  });
}

/** Tokens per unit of cost when every token is accepted with probability `rate`. */
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
  ])("is within a tenth of the best length's speed, acceptance $rate, $slope of a pass per token", ({ rate, slope }) => {
    const cost = (length: number): number => 1 + slope * length;
    for (const measured of [false, true]) {
      const settled = lengthsFor(rate, cost, 600, measured).slice(50);
      const speed = settled.reduce((sum, length) => sum + speedOf(length, rate, cost), 0) / settled.length;
      const best = Math.max(...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((length) => speedOf(length, rate, cost)));
      expect(speed).toBeGreaterThan(0.9 * best);
    }
  });

  test("finds the length that is nearly free when costs rise in steps", () => {
    const cost = (length: number): number => [1, 1.1, 1.8, 1.9, 2.4, 2.6][length] ?? 1 + 0.35 * length;
    const settled = lengthsFor(0.75, cost, 1200, true).slice(200);
    const speed = settled.reduce((sum, length) => sum + speedOf(length, 0.75, cost), 0) / settled.length;
    expect(speed).toBeGreaterThan(0.93 * speedOf(1, 0.75, cost));
  });

  test.each([0.95, 0.7, 0.3])("is close to the best length when other work slows one round in three, acceptance %d", (rate) => {
    const cost = (length: number): number => 1 + 0.1 * length;
    const speeds: number[] = [];
    for (let seed = 0; seed < 6; seed++) {
      const control = autoDraftLength().start(countingModel());
      const random = seededRandom(seed);
      let [tokens, time] = [0, 0];
      for (let round = 0; round < 600; round++) {
        const requested = control.next();
        let accepted = 0;
        while (accepted < requested && random.bernoulli(rate)) accepted++;
        const slowed = random.bernoulli(1 / 3) ? 1 + 8 * random.uniform() : 1;
        control.observe({ requested, drafted: requested, accepted, ...timed(cost(requested) * slowed) });
        if (round < 60) continue;
        tokens += 1 + accepted;
        time += cost(requested);
      }
      speeds.push(tokens / time);
    }
    const best = Math.max(...Array.from({ length: 17 }, (_, length) => speedOf(length, rate, cost)));
    expect(speeds.reduce((sum, speed) => sum + speed) / speeds.length).toBeGreaterThan(0.9 * best);
  });

  test.each([true, false])("stops drafting when it cannot pay off, and probes less and less often (measured: %s)", (measured) => {
    const lengths = lengthsFor(0.05, (length) => 1 + 0.4 * length, 1000, measured);
    const drafts = lengths.flatMap((length, round) => (length > 0 ? [round] : []));
    expect(drafts.length).toBeLessThan(25);
    expect(drafts.at(-1)).toBeGreaterThan(100);
    const gaps = drafts.slice(1).map((round, index) => round - drafts[index]!);
    expect(gaps.at(-1)).toBeGreaterThanOrEqual(gaps.find((gap) => gap > 1)!);
  });

  test("starts drafting again when it pays off", () => {
    const control = autoDraftLength({ cost: (length) => 1 + 0.1 * length }).start(target);
    const play = (rounds: number, rate: number): number => {
      let drafted = 0;
      for (let round = 0; round < rounds; round++) {
        const requested = control.next();
        drafted += requested;
        control.observe({ requested, drafted: requested, accepted: Math.round(requested * rate), ...timed(1) });
      }
      return drafted / rounds;
    };
    expect(play(40, 0)).toBeLessThan(2);
    expect(play(200, 1)).toBeGreaterThan(5);
  });

  test("asks a drafter that returned only empty drafts every fourth pass, and drafts once it has a draft", () => {
    const control = autoDraftLength({ cost: (length) => 1 + 0.05 * length }).start(target);
    const play = (rounds: number, hasIdeas: boolean): readonly number[] =>
      Array.from({ length: rounds }, () => {
        const requested = control.next();
        const drafted = hasIdeas ? requested : 0;
        control.observe({ requested, drafted, accepted: drafted, ...timed(1) });
        return requested;
      });
    expect(play(16, false).every((requested) => requested === 2)).toBe(true);
    expect(
      play(200, false)
        .slice(-80)
        .filter((requested) => requested > 0),
    ).toHaveLength(20);
    expect(
      play(30, true)
        .slice(-10)
        .every((requested) => requested > 2),
    ).toBe(true);
  });

  test("measures plain passes even while drafting pays off, and stops when they become fast enough", () => {
    const control = autoDraftLength().start(target);
    const play = (rounds: number, plain: number): readonly number[] =>
      Array.from({ length: rounds }, () => {
        const requested = control.next();
        control.observe({ requested, drafted: requested, accepted: Math.min(requested, 1), ...timed(requested > 0 ? 4 : plain) });
        return requested;
      });
    const paying = play(200, 3.5);
    expect(paying.filter((requested) => requested === 0)).toHaveLength(24);
    expect(
      play(800, 1)
        .slice(-100)
        .filter((requested) => requested > 0).length,
    ).toBeLessThan(5);
  });

  test("rejects invalid options", () => {
    expect(() => autoDraftLength({ maximum: 0 })).toThrow(InvalidOptionError);
    expect(() => autoDraftLength({ cost: 3 as never })).toThrow("cost must be a function");
  });
});

test("a drafter that drafts in one pass gets longer drafts than one that takes a pass per token", () => {
  const settle = (draftMilliseconds: (length: number) => number): number => {
    const control = autoDraftLength().start(target);
    const random = seededRandom(3);
    let requested = 0;
    for (let round = 0; round < 200; round++) {
      requested = control.next();
      let accepted = 0;
      while (accepted < requested && random.bernoulli(0.85)) accepted++;
      const milliseconds = 1 + 0.05 * requested + (requested > 0 ? draftMilliseconds(requested) : 0);
      control.observe({ requested, drafted: requested, accepted, ...timed(milliseconds) });
    }
    return requested;
  };
  const [onePass, perToken] = [settle(() => 0.5), settle((length) => 0.4 * length)];
  expect(onePass).toBeGreaterThan(perToken);
  expect(onePass).toBeGreaterThanOrEqual(6);
  expect(perToken).toBeGreaterThanOrEqual(1);
});

/** A round that is a pass and nothing else. */
function timed(milliseconds: number): Pick<MeasuredRound, "milliseconds" | "passMilliseconds"> {
  return { milliseconds, passMilliseconds: milliseconds };
}
