import { type RandomSource, seededRandom, softmax } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { confidence, entropy, entropyBound, klStable, leftToRight, margin, randomOrder, type Selection, threshold } from "../index.ts";
import type { RefineStep } from "../step-context.ts";
import { selectByEntropyBound } from "./entropy-bound.ts";
import { entropyOf, relativeEntropy } from "./entropy-of.ts";
import { selectByRuns } from "./hierarchical.ts";
import { selectByThreshold } from "./threshold.ts";

/** A step whose rows are `rows`, all open except where undefined; the candidate is the last token. */
function stepOf(rows: readonly (readonly number[] | undefined)[], step = 0, random: RandomSource = seededRandom(0)): RefineStep {
  const open = [...rows.keys()].filter((position) => rows[position]);
  const distributions = rows.map((row) => Float64Array.from(row ?? []));
  return {
    step,
    steps: 8,
    initial: rows.length,
    tokens: new Int32Array(rows.length),
    seen: new Int32Array(rows.length),
    open,
    filled: [],
    confidence: new Float64Array(rows.length),
    predictions: {
      probabilities: (position) => distributions[position]!,
      leaveOneOut: (position) => distributions[position]!,
      candidate: (position) => distributions[position]!.length - 1,
    },
    random,
  };
}

const choose = (selection: Selection, step: RefineStep, minCount: number): readonly number[] => selection.start()(step, minCount);

// Greatest probability 0.5, 0.6, 0.55, -, 0.4; margin 0.1, 0.2, 0.45, -, 0.1; the last token has 0.1, 0, 0.1, -, 0.3.
const rows = [[0.5, 0.4, 0.1], [0.6, 0.4, 0], [0.55, 0.1, 0.1, 0.15, 0.1], undefined, [0.4, 0.3, 0.3]];

describe("a ranking", () => {
  test.each([
    { selection: confidence(), minCount: 2, expected: [1, 2] },
    { selection: confidence(), minCount: 0, expected: [] },
    { selection: confidence({ orderBy: "sampled-probability" }), minCount: 3, expected: [4, 0, 2] },
    { selection: margin(), minCount: 2, expected: [2, 1] },
    { selection: entropy(), minCount: 2, expected: [1, 0] },
    { selection: leftToRight(), minCount: 3, expected: [0, 1, 2] },
  ])("$selection.name selects the best $minCount: $expected", ({ selection, minCount, expected }) => {
    expect(choose(selection, stepOf(rows), minCount)).toEqual(expected);
  });

  test("selects the lowest position first among equals", () => {
    const equal = [
      [0.5, 0.5],
      [0.5, 0.5],
      [0.5, 0.5],
    ];
    for (const selection of [confidence(), margin(), entropy()]) expect(choose(selection, stepOf(equal), 2)).toEqual([0, 1]);
  });

  test("draws positions in proportion to exp(score / orderTemperature), without replacement", () => {
    const drawn = new Map<number, number>();
    const draws = 20_000;
    for (let seed = 0; seed < draws; seed++) {
      const [first, second] = choose(confidence({ orderTemperature: 0.2 }), stepOf(rows, 0, seededRandom(seed)), 2);
      expect(second).not.toBe(first);
      drawn.set(first!, (drawn.get(first!) ?? 0) + 1);
    }
    const expected = softmax([0.5, 0.6, 0.55, 0.4], 0.2);
    for (const [index, position] of [0, 1, 2, 4].entries()) expect(drawn.get(position)! / draws).toBeCloseTo(expected[index]!, 1.7);
  });

  test("in random order is uniform over subsets", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const key = choose(randomOrder(), stepOf(rows, 0, seededRandom(seed)), 2)
        .toSorted((a, b) => a - b)
        .join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual(["0,1", "0,2", "0,4", "1,2", "1,4", "2,4"]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt((1000 * 5) / 6));
  });
});

describe("the hierarchical rule", () => {
  const scored = [
    { position: 0, score: 0.5 },
    { position: 1, score: 0.6 },
    { position: 3, score: 0.3 },
    { position: 5, score: 0.95 },
    { position: 6, score: 0.92 },
    { position: 7, score: 0.7 },
  ];
  test.each([
    // Runs are 0-1, 3 and 5-7; 3 is below the lower threshold, 6 above the upper one.
    { threshold: 0.9, lowThreshold: 0.4, minCount: 1, expected: [5, 6, 1] },
    { threshold: 0.9, lowThreshold: 0.2, minCount: 1, expected: [5, 6, 1, 3] },
    { threshold: 1, lowThreshold: 1, minCount: 1, expected: [5] },
    { threshold: 0.9, lowThreshold: 0.4, minCount: 4, expected: [5, 6, 7, 1] },
  ])("selects the best of each run: %o", ({ minCount, expected, ...thresholds }) => {
    expect(selectByRuns(scored, thresholds, minCount)).toEqual(expected);
  });
});

describe("the KL-stable rule", () => {
  const stable = [0.7, 0.3];
  test("commits a confident position once it has been stable for long enough", () => {
    const select = klStable({ threshold: 0.6, bound: 0.01, history: 2 }).start();
    expect(select(stepOf([stable, [0.9, 0.1]], 0), 0)).toEqual([]);
    expect(select(stepOf([stable, [0.5, 0.5]], 1), 0)).toEqual([]);
    expect(select(stepOf([stable, [0.51, 0.49]], 2), 0)).toEqual([0]);
    expect(select(stepOf([stable, [0.52, 0.48]], 3), 1)).toEqual([0]);
  });

  test("restarts on every canvas, and after a step in which the position was not open", () => {
    const selection = klStable({ threshold: 0.6, history: 1 });
    const first = selection.start();
    first(stepOf([stable], 0), 0);
    expect(selection.start()(stepOf([stable], 1), 0)).toEqual([]);
    expect(first(stepOf([undefined, stable], 1), 0)).toEqual([]);
    expect(first(stepOf([stable, stable], 2), 0)).toEqual([1]);
  });
});

describe("a bound", () => {
  const scoresOf = (...scores: number[]) => scores.map((score, position) => ({ position, score }));

  test.each([
    { scores: [0.5, 0.9, 0.89, 0.95], bound: 0.9, minCount: 0, expected: [3, 1] },
    { scores: [0.5, 0.9, 0.89, 0.95], bound: 0.9, minCount: 3, expected: [3, 1, 2] },
    { scores: [0.2, 0.1], bound: 0.9, minCount: 0, expected: [] },
    { scores: [0.7, 0.7, 0.7], bound: 0.7, minCount: 1, expected: [0, 1, 2] },
  ])(
    "of confidence selects the positions that reach it, and at least the scheduled number: %o",
    ({ scores, bound, minCount, expected }) => {
      expect(selectByThreshold(scoresOf(...scores), bound, minCount)).toEqual(expected);
    },
  );

  test.each([
    // By ascending entropy, the totals before each are 0, 0.25, 0.75 and 1.75 nats.
    { entropies: [1, 0.25, 0.5, 3], bound: 0.75, minCount: 1, expected: [1, 2, 0] },
    { entropies: [1, 0.25, 0.5, 3], bound: 0.74, minCount: 1, expected: [1, 2] },
    { entropies: [1, 0.25, 0.5, 3], bound: 0, minCount: 3, expected: [1, 2, 0] },
    { entropies: [1, 0.25, 0.5, 3], bound: 2, minCount: 0, expected: [1, 2, 0, 3] },
    { entropies: [0, 0, 0.5, 0.5], bound: 0, minCount: 1, expected: [0, 1, 2] },
  ])("of entropy applies to all but the last: %o", ({ entropies, bound, minCount, expected }) => {
    expect(selectByEntropyBound(scoresOf(...entropies.map((nats) => -nats)), bound, minCount)).toEqual(expected);
  });

  test("is the selection's own option, 0.9 and 0.1 nats by default", () => {
    // Entropies of rows with two tokens: 0.0980 nats at 0.98, 0.3251 at 0.9, 0.6931 at 0.5.
    const step = stepOf([[0.5, 0.5], [0.9, 0.1], [0.98, 0.02], undefined]);
    expect(choose(threshold(), step, 0)).toEqual([2, 1]);
    expect(choose(threshold({ threshold: 0.95 }), step, 0)).toEqual([2]);
    expect(choose(threshold({ threshold: 0, maxCount: (open) => open / 2 }), step, 0)).toEqual([2]);
    expect(choose(threshold({ threshold: 0, maxCount: () => 0 }), step, 2)).toEqual([2, 1]);
    expect(choose(threshold({ threshold: 0, orderBy: "sampled-probability" }), step, 0)).toEqual([0, 1, 2]);
    expect(choose(entropyBound(), step, 0)).toEqual([2, 1]);
    expect(choose(entropyBound({ bound: 0.09 }), step, 0)).toEqual([2]);
    expect(choose(entropyBound({ bound: 0.5 }), step, 0)).toEqual([2, 1, 0]);
  });
});

test("entropies by hand", () => {
  expect(entropyOf(Float64Array.of(0.5, 0.25, 0.25, 0))).toBeCloseTo(1.5 * Math.LN2, 14);
  expect(relativeEntropy(Float64Array.of(0.5, 0.5, 0), Float64Array.of(0.25, 0.5, 0.25))).toBeCloseTo(0.5 * Math.LN2, 14);
  expect(relativeEntropy(Float64Array.of(1, 0), Float64Array.of(0, 1))).toBe(Infinity);
});
