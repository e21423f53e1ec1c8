import { countingModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import { autoDraftLength } from "./auto.ts";

interface Rounds {
  readonly maximum?: number;
  readonly rounds: number;
  /** Cost of a round by its length. */
  readonly cost: (length: number) => number;
  /** How many of `asked` drafted tokens are accepted in a round. */
  readonly accepted: (asked: number, round: number) => number;
}

/** The lengths that are asked for, round by round; every draft is as long as was asked. */
function lengths({ maximum = 16, rounds, cost, accepted }: Rounds): number[] {
  const control = autoDraftLength({ maximum, cost }).start(countingModel());
  return Array.from({ length: rounds }, (_, round) => {
    const asked = control.next();
    control.observe({ asked, drafted: asked, accepted: Math.min(asked, accepted(asked, round)), milliseconds: 1, passMilliseconds: 1 });
    return asked;
  });
}

const everyToken = (asked: number): number => asked;
const times = (count: number, length: number): number[] => Array.from({ length: count }, () => length);

test.each([
  [1, [1, 1]],
  [2, [1, 2, 2]],
  [3, [2, 1, 3, 3]],
  [4, [2, 1, 4, 4]],
  [8, [2, 4, 1, 8, 8]],
  [9, [2, 4, 1, 8, 9]],
  [16, [2, 4, 1, 8, 16]],
])("the first drafts, of at most %i tokens, are of 2, 4, 1 and 8 or the most there may be; then the best comes", (maximum, expected) => {
  expect(lengths({ maximum, rounds: expected.length, cost: () => 1, accepted: everyToken })).toEqual(expected);
});

test("when no token of the first two drafts is accepted, the others of the first ones are left out", () => {
  const cost = (length: number): number => 1 + 0.1 * length;
  expect(lengths({ rounds: 4, cost, accepted: (_, round) => (round === 1 ? 1 : 0) })).toEqual([2, 4, 1, 8]);
  expect(lengths({ rounds: 4, cost, accepted: () => 0 }).slice(2)).not.toEqual([1, 8]);
});

test("while drafts do not pay, one of 3 tokens comes after 16, 32, 64, … plain passes", () => {
  const cost = (length: number): number => 1 + 0.4 * length;
  expect(lengths({ rounds: 118, cost, accepted: () => 0 })).toEqual([2, 4, 1, ...times(16, 0), 3, ...times(32, 0), 3, ...times(64, 0), 3]);
});

test("after one that paid 3 more of 3 tokens come, and when they pay too drafting goes on, with the longest drafts too", () => {
  const cost = (length: number): number => 1 + 0.4 * length;
  // Nothing is accepted until the second of those drafts.
  const asked = lengths({ rounds: 110, cost, accepted: (length, round) => (round < 50 ? 0 : length) });
  expect(asked.slice(0, 53)).toEqual([2, 4, 1, ...times(16, 0), 3, ...times(32, 0), 3]);
  expect(asked.slice(53, 56)).toEqual([3, 3, 3]);
  expect(asked.slice(56)).not.toContain(0);
  expect(Math.max(...asked)).toBeGreaterThan(12);
});

test("after one that paid by luck 3 more come, and the plain passes go on as if it had not paid: 64, then 128", () => {
  const cost = (length: number): number => 1 + 0.4 * length;
  const asked = lengths({ rounds: 250, cost, accepted: (length, round) => (round === 52 ? length : 0) });
  expect(asked.slice(52)).toEqual([...times(4, 3), ...times(64, 0), 3, ...times(128, 0), 3]);
});

test("every 16th draft is of another length that may be as good: twice as many tokens, one more, half, four times, one less", () => {
  // Two tokens are accepted at most, so drafts of 2 are the best.
  const asked = lengths({ rounds: 16 * 6 + 1, cost: (length) => 1 + 0.2 * length, accepted: () => 2 });
  const others = asked.flatMap((length, round) => (round > 8 && length !== 2 ? [[round / 16, length] as const] : []));
  expect(others).toEqual([
    [1, 4],
    [2, 3],
    [4, 8],
    [6, 4],
  ]);
});
