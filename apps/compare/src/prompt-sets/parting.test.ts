import { expect, test } from "vitest";
import { partingOf, splitAtParting } from "./parting.ts";
import { madeRun } from "./runs-for-tests.ts";

const run = (...tokens: number[]) => madeRun({ tokens, passes: 1, milliseconds: 1 });

test("outputs part at the first token that differs, or where the shorter ends", () => {
  expect(partingOf(run(1, 2, 3), run(1, 2, 3))).toBeUndefined();
  expect(partingOf(run(1, 2, 3), run(1, 4, 3))).toBe(1);
  expect(partingOf(run(1, 2), run(1, 2, 3))).toBe(2);
  expect(partingOf(run(1, 2, 3), run(1, 2))).toBe(2);
});

test("the same text in other tokens does not part", () => {
  expect(partingOf({ ...run(1, 2), text: "ab" }, { ...run(3), text: "ab" })).toBeUndefined();
});

test.each([
  ["the red cat sat", "the red car sat", ["the red ", "cat sat"]],
  ["the red cat", "the red cat", ["the red cat", ""]],
  ["the red", "the red cat", ["the red", ""]],
  ["the red cat", "the red", ["the red", " cat"]],
  ["one", "two", ["", "one"]],
])("%j parts from %j at a word", (text, other, parts) => {
  expect(splitAtParting(text, other)).toEqual(parts);
});
