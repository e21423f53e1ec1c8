import { seededRandom } from "@decodekit/core";
import { expect, test } from "vitest";
import type { CostCurve } from "../draft-length/cost-curve.ts";
import { newRoundCosts, type RoundCosts } from "../draft-length/length-by-gain.ts";
import type { CandidateTree } from "./candidate-tree.ts";
import { measuredTreeSize } from "./measured-tree-size.ts";

/** Costs of rounds by the number of read candidates, in plain passes. */
function known(cost: (drafted: number) => number): RoundCosts {
  const costs: CostCurve = { plainTime: 1, roundTime: cost, hasMeasured: () => true, addPlain: () => undefined, add: () => undefined };
  return { ...newRoundCosts(costs), longest: 48 };
}

/** A tree of nodes as [token, parent, probability], in descending order of probability. */
function treeOf(...nodes: readonly (readonly [number, number, number])[]): CandidateTree {
  const all = [[9, -1, 1], ...nodes] as const;
  return {
    tokens: Int32Array.from(all, ([token]) => token),
    parents: Int32Array.from(all, ([, parent]) => parent),
    probabilities: Float64Array.from(all, ([, , probability]) => probability),
  };
}

/** A round that read `drafted` candidates and committed `tokens`. */
const round = (drafted: number, tokens: readonly number[]) => ({
  requested: drafted,
  drafted,
  accepted: tokens.length - 1,
  committed: Int32Array.from(tokens),
  milliseconds: 1,
  passMilliseconds: 1,
});

const forked = treeOf([1, 0, 0.5], [2, 0, 0.4], [3, 1, 0.3], [4, 2, 0.1]);

test("reads the most likely candidates with the highest expected gain over their cost, at 1.1 tokens per plain pass at first", () => {
  const random = seededRandom(2);
  for (let trial = 0; trial < 200; trial++) {
    const slope = 0.4 * random.uniform();
    const tree = treeOf(
      ...Array.from({ length: 9 }, (_, index) => [index, 0, 0.3 * 0.7 ** index * (0.9 + 0.1 * random.uniform())] as const),
    );
    const gains = Array.from({ length: 10 }, (_, length) => {
      const expected = tree.probabilities.subarray(1, 1 + length).reduce((sum, each) => sum + each, 1);
      return expected - 1.1 * (1 + slope * length);
    });
    const { tokens, parents } = measuredTreeSize(
      48,
      known((drafted) => 1 + slope * drafted),
    ).cut(tree);
    expect(tokens.length - 1).toBe(gains.indexOf(Math.max(...gains)));
    expect([...parents]).toEqual([-1, 0, 0, 0, 0, 0, 0, 0, 0, 0].slice(0, tokens.length));
  }
});

test("reads only the root where nothing pays, and everything where rows are free", () => {
  expect([
    ...measuredTreeSize(
      48,
      known((drafted) => 1 + drafted),
    ).cut(forked).tokens,
  ]).toEqual([9]);
  expect([
    ...measuredTreeSize(
      48,
      known(() => 1),
    ).cut(forked).tokens,
  ]).toEqual([9, 1, 2, 3, 4]);
});

test("learns from what is committed whether it was read or not: it rests while trees are wrong, and reads again when they are right", () => {
  const size = measuredTreeSize(
    48,
    known((drafted) => 1 + 0.2 * drafted),
  );
  const unlikely = treeOf([1, 0, 0.3], [2, 0, 0.2], [3, 1, 0.15], [4, 2, 0.05]);
  const lengths: number[] = [];
  const play = (rounds: number, right: boolean): void => {
    for (let count = 0; count < rounds; count++) {
      const drafted = size.cut(unlikely).tokens.length - 1;
      lengths.push(drafted);
      size.observe(round(drafted, right ? (drafted > 0 ? [1, 3] : [1]) : [7]));
    }
  };
  play(14, false);
  play(14, true);
  expect(lengths[0]).toBeGreaterThan(0);
  expect(lengths.slice(10, 14)).toEqual([0, 0, 0, 0]);
  expect(lengths.at(-1)).toBeGreaterThan(0);
});

test("the children of the root are corrected apart from later ones", () => {
  // The second token is always right and the first never: with the first corrected, nothing is read, since no path avoids it.
  const chain = treeOf([1, 0, 0.6], [2, 1, 0.55]);
  const size = measuredTreeSize(
    48,
    known((drafted) => 1 + 0.35 * drafted),
  );
  for (let count = 0; count < 14; count++) size.observe(round(size.cut(chain).tokens.length - 1, [7]));
  expect(size.cut(chain).tokens.length).toBe(1);
  const right = measuredTreeSize(
    48,
    known((drafted) => 1 + 0.35 * drafted),
  );
  for (let count = 0; count < 14; count++) right.observe(round(right.cut(chain).tokens.length - 1, [1, 2, 5]));
  expect(right.cut(chain).tokens.length).toBe(3);
});

test("the first trees have at most 16 candidates, later ones at most twice the most so far, none more than the maximum", () => {
  const costs = { ...known(() => 1), longest: 0 };
  const size = measuredTreeSize(40, costs);
  const maxima = [16, 32, 40].map((expected) => {
    expect(size.maximum).toBe(expected);
    size.observe(round(size.maximum, [0]));
    return size.maximum;
  });
  expect(maxima).toEqual([32, 40, 40]);
});
