import { InvalidOptionError, seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { editAbove, remaskBelow, remasking, remaskLeastConfident } from "../index.ts";
import { remaskCount } from "./mask-predict.ts";
import { type RemdmPlan, remdmRates } from "./remdm-rates.ts";
import type { RevisedStep } from "./revision.ts";

interface Place {
  readonly token: number;
  readonly confidence?: number;
  /** Probabilities of tokens 0, 1, 2 in the pass. */
  readonly row?: readonly number[];
  readonly isNew?: boolean;
}

/** A step after which no position is open. The candidate of each is its most likely token. */
function stepOf(places: readonly Place[], { step = 0, steps = 4, random = seededRandom(0) } = {}): RevisedStep {
  const positions = [...places.keys()];
  const rows = places.map(({ row = [1, 0, 0] }) => Float64Array.from(row));
  const committed = positions.filter((position) => places[position]!.isNew);
  return {
    step,
    steps,
    initial: places.length,
    tokens: Int32Array.from(places, ({ token }) => token),
    seen: Int32Array.from(places, ({ token }) => token),
    open: committed,
    filled: positions.filter((position) => !places[position]!.isNew),
    committed,
    previousCommitCount: undefined,
    confidence: Float64Array.from(places, ({ confidence = 1 }) => confidence),
    predictions: {
      probabilities: (position) => rows[position]!,
      candidate: (position) => rows[position]!.indexOf(Math.max(...rows[position]!)),
      leaveOneOut: (position) => rows[position]!,
    },
    random,
  };
}

describe("mask-predict", () => {
  // The published rule: n = N (1 - t / T) rounded down, at least one, after iteration t of T.
  test.each([
    { positions: 10, steps: 4, expected: [7, 5, 2] },
    { positions: 7, steps: 10, expected: [6, 5, 4, 4, 3, 2, 2, 1, 1] },
    { positions: 3, steps: 5, expected: [2, 1, 1, 1] },
  ])("remasks $expected of $positions over $steps steps", ({ positions, steps, expected }) => {
    expect(expected.map((_, step) => remaskCount(positions, step, steps))).toEqual(expected);
  });

  test("remasks the tokens of lowest probability when they were put there, from before the step or new, the lowest position first", () => {
    const places = [
      { token: 0, confidence: 0.5 },
      { token: 0, confidence: 0.2, isNew: true },
      { token: 0, confidence: 0.9 },
      { token: 0, confidence: 0.5 },
    ];
    expect(remaskLeastConfident().start()(stepOf(places, { step: 1 })).remask).toEqual([1, 0]);
  });
});

describe("remasking below a threshold", () => {
  const doubtful = [0.3, 0.5, 0.2];
  const places = [
    { token: 0, row: doubtful },
    { token: 1, row: doubtful },
    { token: 2, row: doubtful },
  ];
  test.each([
    { isNew: 3, expected: [2, 0] },
    { isNew: 2, expected: [2] },
    { isNew: 1, expected: [] },
  ])("remasks fewer than the $isNew committed", ({ isNew, expected }) => {
    const step = stepOf([...places, ...Array.from({ length: isNew }, () => ({ token: 2, row: doubtful, isNew: true }))]);
    expect(remaskBelow({ threshold: 0.4 }).start()(step).remask ?? []).toEqual(expected);
  });
});

describe("editing", () => {
  test("replaces tokens by others above the threshold, but not those just committed", () => {
    const sure = [0.05, 0.95, 0];
    const step = stepOf([
      { token: 0, row: sure },
      { token: 1, row: sure },
      { token: 0, row: [0.2, 0.8, 0] },
      { token: 0, row: sure, isNew: true },
    ]);
    expect(editAbove({ threshold: 0.9 }).start()(step)).toEqual({ replace: [0] });
  });

  test.each([
    { fullSteps: 1, changed: true, expected: true },
    { fullSteps: 2, changed: true, expected: true },
    { fullSteps: 3, changed: true, expected: false },
    { fullSteps: 1, changed: false, expected: false },
  ])("continues while it edits, for at most 2 extra steps: %o", ({ expected, ...canvas }) => {
    expect(editAbove({ extraSteps: 2 }).shouldContinue({ step: 5, ...canvas })).toBe(expected);
  });
});

describe("ReMDM", () => {
  const plan = (variant: RemdmPlan["variant"], eta: number): RemdmPlan => ({ variant, eta, timeOn: 0.55, timeOff: 0.05, alphaOn: 0.9 });
  // By hand from arXiv 2503.00307: t = 1/2, s = 1/4, so α_t = 1/2, α_s = 3/4 and the greatest σ is 1/2.
  test.each([
    { variant: "cap", eta: 0.1, commit: 0.6, remask: 0.1 },
    { variant: "cap", eta: 0.8, commit: 1, remask: 0.5 },
    { variant: "rescale", eta: 0.2, commit: 0.6, remask: 0.1 },
    { variant: "confidence", eta: 1, commit: 0.5, remask: 0.5 },
  ] as const)("has the rates of the paper: %o", ({ variant, eta, commit, remask }) => {
    const rates = remdmRates(plan(variant, eta), 2, 4);
    expect(rates.commit).toBeCloseTo(commit, 14);
    expect(rates.remask).toBeCloseTo(remask, 14);
  });

  test.each(["cap", "rescale", "loop"] as const)("keeps the share of known tokens with any remasking: %s", (variant) => {
    const steps = 40;
    for (const eta of [0, 0.1, 0.9]) {
      let known = 0;
      for (let step = 0; step < steps; step++) {
        const { commit, remask } = remdmRates(plan(variant, eta), step, steps);
        expect(commit >= 0 && commit <= 1 && remask >= 0 && remask <= 1).toBe(true);
        known = known * (1 - remask) + (1 - known) * commit;
        if (variant !== "loop") expect(known).toBeCloseTo((step + 1) / steps, 12);
      }
      expect(known).toBeCloseTo(1, 12);
    }
  });

  test("without remasking is ancestral sampling", () => {
    for (let step = 0; step < 8; step++) expect(remdmRates(plan("cap", 0), step, 8).commit).toBeCloseTo(1 / (8 - step), 12);
  });

  test('"loop" fills up, remasks at a constant share, and fills the rest', () => {
    const steps = 100;
    const remasks = Array.from({ length: steps }, (_, step) => remdmRates(plan("loop", 0.02), step, steps).remask);
    expect(remasks.findIndex((rate) => rate > 0)).toBe(45);
    expect(remasks.findLastIndex((rate) => rate > 0)).toBe(94);
    expect(remdmRates(plan("loop", 0.02), 60, steps)).toEqual({ commit: expect.closeTo((0.02 * 0.9) / 0.1, 12), remask: 0.02 });
  });

  test("remasks tokens with low confidence more often", () => {
    const { revise } = remasking({ variant: "confidence" });
    const places = [
      { token: 0, confidence: 0.1 },
      { token: 0, confidence: 0.9 },
      { token: 0, confidence: 0.9, isNew: true },
    ];
    const taken = [0, 0, 0];
    for (let seed = 0; seed < 4000; seed++) {
      for (const position of revise.start()(stepOf(places, { step: 1, random: seededRandom(seed) })).remask ?? []) taken[position]!++;
    }
    // α_t = 1/4, α_s = 1/2: the greatest σ is 1, shared as softmax(-0.1, -0.9).
    const share = 1 / (1 + Math.exp(-0.8));
    expect(taken[2]).toBe(0);
    expect(Math.abs(taken[0]! / 4000 - share)).toBeLessThan(0.03);
    expect(Math.abs(taken[1]! / 4000 - (1 - share))).toBeLessThan(0.03);
  });

  test.each([
    { variant: "confidence", eta: 0.1 },
    { variant: "cap", timeOn: 0.5 },
    { variant: "loop", timeOn: 0.5, timeOff: 0.5 },
    { eta: 0 },
  ] as const)("rejects %o", (options) => {
    expect(() => remasking(options)).toThrow(InvalidOptionError);
  });
});
