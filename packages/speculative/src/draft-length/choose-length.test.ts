import { describe, expect, test } from "vitest";
import type { CostCurve } from "./cost-curve.ts";
import { bestChoice, nearBest } from "./choose-length.ts";
import { type Learned, newlyLearned } from "./learned.ts";

/** A curve of given costs; `costs[0]` is that of a plain pass. */
function curve(costs: readonly number[]): CostCurve {
  return { plain: costs[0]!, of: (asked) => costs[asked]!, knows: () => true, addPlain: () => undefined, add: () => undefined };
}

/** What is known when a round gives `tokens[i]` on average where i + 1 are asked for. */
function known(
  costs: readonly number[],
  tokens: readonly number[],
  changes: { isDrafting?: boolean; weight?: number; longest?: number } = {},
): Learned {
  const { isDrafting = false, weight = 100, longest = 16 } = changes;
  const record = {
    weight,
    longest,
    hasStood: true,
    add: () => undefined,
    fadeTo: () => undefined,
    tokens: (maximum: number) => tokens.slice(0, maximum),
  };
  return { ...newlyLearned(curve(costs), { measuresPlain: true }), record, isDrafting };
}

describe("the best length", () => {
  test("is the one that promises the most tokens per second, in those of plain passes", () => {
    expect(bestChoice(3, known([2, 2, 2, 4], [1.5, 2, 2.2]))).toEqual({ length: 2, gain: 2 });
  });

  test("is a shorter one that is as good but for 1.5 %", () => {
    expect(bestChoice(3, known([1, 1, 1, 1], [1.98, 1.99, 2]))).toEqual({ length: 1, gain: 1.98 });
    expect(bestChoice(3, known([1, 1, 1, 1], [1.96, 1.97, 2]))).toEqual({ length: 2, gain: 1.97 });
    expect(bestChoice(3, known([1, 1, 1, 1], [1.96, 1.96, 2]))).toEqual({ length: 3, gain: 2 });
  });

  test("is at most twice the longest one of late", () => {
    const tokens = [1.5, 2, 2.5, 3, 3.5];
    expect(bestChoice(5, known([1, 1, 1, 1, 1, 1], tokens, { longest: 1 })).length).toBe(2);
    expect(bestChoice(5, known([1, 1, 1, 1, 1, 1], tokens, { longest: 2 })).length).toBe(4);
    expect(bestChoice(3, known([1, 1, 1, 1, 1, 1], tokens, { longest: 9 })).length).toBe(3);
  });

  test("is none unless it promises 5 % more than plain passes", () => {
    expect(bestChoice(1, known([1, 1], [1.05]))).toEqual({ length: 0, gain: 1.05 });
    expect(bestChoice(1, known([1, 1], [1.051]))).toEqual({ length: 1, gain: 1.051 });
  });

  test.each([
    { weight: 40, least: 1.03 },
    { weight: 39, least: 0.95 },
    { weight: 12, least: 0.95 },
    { weight: 11, least: 0.8 },
    { weight: 0, least: 0.8 },
  ])("once drafting, with $weight rounds behind it, is one as long as it promises $least", ({ weight, least }) => {
    expect(bestChoice(1, known([1, 1], [least], { isDrafting: true, weight }))).toEqual({ length: 0, gain: least });
    expect(bestChoice(1, known([1, 1], [least + 0.001], { isDrafting: true, weight })).length).toBe(1);
  });
});

test("a length near the best is tried in turn: one less, twice, one more, half, four times, if it promises 85 % of it", () => {
  const tokens = Array.from({ length: 16 }, () => 2);
  const flat = known(
    Array.from({ length: 17 }, () => 1),
    tokens,
  );
  expect([0, 1, 2, 3, 4, 5].map((turn) => nearBest(4, 16, { known: flat, turn }))).toEqual([3, 8, 5, 2, 16, 3]);
  expect(nearBest(4, 15, { known: flat, turn: 4 })).toBe(4);
  expect(nearBest(1, 16, { known: flat, turn: 0 })).toBe(1);
  // Where a length that there is not would promise more than any.
  const beyond = { ...flat, record: { ...flat.record, tokens: () => [...tokens, 99] } };
  expect(nearBest(16, 16, { known: beyond, turn: 2 })).toBe(16);
  const steep = known([1, 1, 1, 1, 1, 1], [1, 2, 2, 2, 1.7]);
  expect(nearBest(4, 5, { known: steep, turn: 2 })).toBe(4);
  const lessSteep = known([1, 1, 1, 1, 1, 1], [1, 2, 2, 2, 1.71]);
  expect(nearBest(4, 5, { known: lessSteep, turn: 2 })).toBe(5);
});
