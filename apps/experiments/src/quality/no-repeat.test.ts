import { expect, test } from "vitest";
import { noRepeat } from "./no-repeat.ts";

test("forbids the tokens that would repeat an earlier run", () => {
  const tokens = Int32Array.of(1, 2, 3, 1, 2, 4, 1, 2);
  const row = new Float32Array(6);
  noRepeat(3)(row, { tokens, promptLength: 1 });
  expect([...row]).toEqual([0, 0, 0, -Infinity, -Infinity, 0]);
  const short = new Float32Array(6);
  noRepeat(4)(short, { tokens: tokens.subarray(0, 2), promptLength: 1 });
  expect([...short]).toEqual([0, 0, 0, 0, 0, 0]);
});
