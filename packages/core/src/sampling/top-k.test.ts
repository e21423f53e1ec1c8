import { expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { topK } from "./top-k.ts";

test.each([
  { scores: [-2, -1, -1, -3], count: 3, expected: [1, 2, 0] },
  { scores: [1, 2, 3], count: 5, expected: [2, 1, 0] },
  { scores: [-Infinity, 4, -Infinity, 5], count: 3, expected: [3, 1] },
  { scores: [0, -0, 0], count: 2, expected: [0, 1] },
  { scores: [], count: 2, expected: [] },
])("the top $count of $scores", ({ scores, count, expected }) => {
  expect(topK(scores, count)).toEqual(expected);
});

test("is the beginning of a stable sort", () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = seededRandom(seed);
    const scores = Array.from({ length: 40 }, () => Math.floor(9 * random.uniform()));
    const sorted = [...scores.keys()].toSorted((a, b) => scores[b]! - scores[a]! || a - b);
    for (const count of [1, 7, 39, 40]) expect(topK(scores, count)).toEqual(sorted.slice(0, count));
  }
});
