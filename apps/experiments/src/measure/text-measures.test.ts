import { expect, test } from "vitest";
import { distinctPairs, repeatedFours } from "./text-measures.ts";

test("distinct pairs are counted over all texts", () => {
  // 1 2, 2 1, 1 2 and 1 2: two of four differ.
  expect(
    distinctPairs([
      [1, 2, 1, 2],
      [1, 2],
    ]),
  ).toBe(0.5);
});

test("repeated runs of four are counted within a text", () => {
  // Of 1231, 2312, 3123, 1231 and 2312, the last two are repeats. The second text has no repeats.
  expect(
    repeatedFours([
      [1, 2, 3, 1, 2, 3, 1, 2],
      [1, 2, 3, 1],
    ]),
  ).toBeCloseTo(2 / 6, 12);
});
