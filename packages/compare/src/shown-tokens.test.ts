import type { DecodeEvent } from "@decodekit/core";
import { expect, test } from "vitest";
import { shownTokens } from "./shown-tokens.ts";

const MASK = 9;
const propose = (start: number, ...tokens: number[]): DecodeEvent => ({ type: "tokens-propose", start, tokens: Int32Array.from(tokens) });
const commit = (start: number, ...tokens: number[]): DecodeEvent => ({ type: "tokens-commit", start, tokens: Int32Array.from(tokens) });

function changedIn(...events: DecodeEvent[]): number {
  const shown = shownTokens(MASK);
  for (const event of events) shown.add(event);
  return shown.changed();
}

test("counts tokens that are not what was first shown in their place", () => {
  expect(changedIn(propose(3, MASK, 1), propose(3, 2, 4), propose(3, 5, 4), commit(3, 5, 4))).toBe(2);
  expect(changedIn(propose(3, 1, 2), propose(3, 7, 2), propose(3, 1, 2), commit(3, 1, 2))).toBe(0);
  expect(changedIn(commit(0, 1), commit(1, 2))).toBe(0);
});

test("a rejected draft was not shown", () => {
  const verify: DecodeEvent = { type: "draft-verify", start: 3, drafted: 3, accepted: 1 };
  expect(changedIn(propose(3, 1, 2, 4), verify, commit(3, 1, 8), commit(5, 6))).toBe(0);
});
