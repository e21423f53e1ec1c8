import { describe, expect, test } from "vitest";
import type { CostCurve } from "./cost-curve.ts";
import { bestChoice, lengthToExplore } from "./choose-length.ts";
import { type AutoState, newAutoState } from "./auto-state.ts";

/** A curve with the given costs; `costs[0]` is that of a plain pass. */
function curve(costs: readonly number[]): CostCurve {
  return {
    plainTime: costs[0]!,
    roundTime: (requested) => costs[requested]!,
    hasMeasured: () => true,
    addPlain: () => undefined,
    add: () => undefined,
  };
}

/** A state in which a round yields `tokens[i]` on average when i + 1 are requested. */
function known(
  costs: readonly number[],
  tokens: readonly number[],
  changes: { isDrafting?: boolean; weight?: number; longest?: number } = {},
): AutoState {
  const { isDrafting = false, weight = 100, longest = 16 } = changes;
  const acceptance = {
    weight,
    longestDraft: longest,
    hasAccepted: true,
    add: () => undefined,
    discountTo: () => undefined,
    expectedTokens: (maximum: number) => tokens.slice(0, maximum),
  };
  return { ...newAutoState(curve(costs), { measuresPlain: true, confidentCosts: curve(costs) }), acceptance, isDrafting };
}

describe("the best length", () => {
  test("has the highest expected tokens per second, relative to plain passes", () => {
    expect(bestChoice(3, known([2, 2, 2, 4], [1.5, 2, 2.2]))).toEqual({ length: 2, gain: 2 });
  });

  test("is a shorter one within 1.5 % of the best", () => {
    expect(bestChoice(3, known([1, 1, 1, 1], [1.98, 1.99, 2]))).toEqual({ length: 1, gain: 1.98 });
    expect(bestChoice(3, known([1, 1, 1, 1], [1.96, 1.97, 2]))).toEqual({ length: 2, gain: 1.97 });
    expect(bestChoice(3, known([1, 1, 1, 1], [1.96, 1.96, 2]))).toEqual({ length: 3, gain: 2 });
  });

  test("is at most twice the longest recent draft", () => {
    const tokens = [1.5, 2, 2.5, 3, 3.5];
    expect(bestChoice(5, known([1, 1, 1, 1, 1, 1], tokens, { longest: 1 })).length).toBe(2);
    expect(bestChoice(5, known([1, 1, 1, 1, 1, 1], tokens, { longest: 2 })).length).toBe(4);
    expect(bestChoice(3, known([1, 1, 1, 1, 1, 1], tokens, { longest: 9 })).length).toBe(3);
  });

  test("is 0 unless the expected gain over plain passes is above 5 %", () => {
    expect(bestChoice(1, known([1, 1], [1.05]))).toEqual({ length: 0, gain: 1.05 });
    expect(bestChoice(1, known([1, 1], [1.051]))).toEqual({ length: 1, gain: 1.051 });
  });

  test.each([
    { weight: 40, minGain: 1.03 },
    { weight: 39, minGain: 0.95 },
    { weight: 12, minGain: 0.95 },
    { weight: 11, minGain: 0.8 },
    { weight: 0, minGain: 0.8 },
  ])("while drafting, with an estimate from $weight rounds, is not 0 as long as the gain is above $minGain", ({ weight, minGain }) => {
    expect(bestChoice(1, known([1, 1], [minGain], { isDrafting: true, weight }))).toEqual({ length: 0, gain: minGain });
    expect(bestChoice(1, known([1, 1], [minGain + 0.001], { isDrafting: true, weight })).length).toBe(1);
  });
});

test("explores lengths near the best in turn: one less, twice, one more, half, four times, if above 85 % of its expected gain", () => {
  const tokens = Array.from({ length: 16 }, () => 2);
  const flat = known(
    Array.from({ length: 17 }, () => 1),
    tokens,
  );
  expect([0, 1, 2, 3, 4, 5].map((turn) => lengthToExplore(4, 16, { state: flat, turn }))).toEqual([3, 8, 5, 2, 16, 3]);
  expect(lengthToExplore(4, 15, { state: flat, turn: 4 })).toBe(4);
  expect(lengthToExplore(1, 16, { state: flat, turn: 0 })).toBe(1);
  // Here a length out of range would have the highest gain.
  const beyond = { ...flat, acceptance: { ...flat.acceptance, expectedTokens: () => [...tokens, 99] } };
  expect(lengthToExplore(16, 16, { state: beyond, turn: 2 })).toBe(16);
  const steep = known([1, 1, 1, 1, 1, 1], [1, 2, 2, 2, 1.7]);
  expect(lengthToExplore(4, 5, { state: steep, turn: 2 })).toBe(4);
  const lessSteep = known([1, 1, 1, 1, 1, 1], [1, 2, 2, 2, 1.71]);
  expect(lengthToExplore(4, 5, { state: lessSteep, turn: 2 })).toBe(5);
});
