import { expect, test } from "vitest";
import { type Branch, branchesOf } from "./branches.ts";

/** Writes accepted tokens in brackets, and the branches after a chain in parentheses. */
const draw = ({ candidates, branches }: Branch): string =>
  candidates.map(({ token, isAccepted }) => (isAccepted ? `[${token}]` : String(token))).join(" ") +
  (branches.length > 0 ? ` (${branches.map(draw).join(" | ")})` : "");

const tree = { tokens: Int32Array.of(6, 8, 7, 2, 9, 4), parents: Int32Array.of(-1, -1, 0, 1, 1, 3) };

test("a draft tree is written as chains and the branches after them, with the accepted path", () => {
  expect(branchesOf({ tree, accepted: undefined }).map(draw)).toEqual(["6 7", "8 (2 4 | 9)"]);
  expect(branchesOf({ tree, accepted: [8, 2] }).map(draw)).toEqual(["6 7", "[8] ([2] 4 | 9)"]);
  expect(branchesOf({ tree, accepted: [] }).map(draw)).toEqual(["6 7", "8 (2 4 | 9)"]);
});

test("nothing is accepted that is no path of the tree", () => {
  expect(branchesOf({ tree, accepted: [6, 2] }).map(draw)).toEqual(["[6] 7", "8 (2 4 | 9)"]);
  expect(branchesOf({ tree: { tokens: new Int32Array(0), parents: new Int32Array(0) }, accepted: [3] })).toEqual([]);
});
