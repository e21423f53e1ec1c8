import { countingModel } from "@decodekit/core/testing";
import { expect, test } from "vitest";
import { autoDraftLength } from "./auto.ts";

interface Rounds {
  readonly maximum?: number;
  readonly rounds: number;
  /** Cost of a round by its length. */
  readonly cost: (length: number) => number;
  /** How many of `requested` drafted tokens are accepted in a round. */
  readonly accepted: (requested: number, round: number) => number;
}

/** The lengths requested in each round; every draft has the requested length. */
function lengths({ maximum = 16, rounds, cost, accepted }: Rounds): number[] {
  const control = autoDraftLength({ maximum, cost }).start(countingModel());
  return Array.from({ length: rounds }, (_, round) => {
    const requested = control.next();
    control.observe({
      requested,
      drafted: requested,
      accepted: Math.min(requested, accepted(requested, round)),
      milliseconds: 1,
      passMilliseconds: 1,
    });
    return requested;
  });
}

const everyToken = (requested: number): number => requested;
const times = (count: number, length: number): number[] => Array.from({ length: count }, () => length);

test.each([
  [1, [1, 1]],
  [2, [1, 2, 2]],
  [3, [2, 1, 3, 3]],
  [4, [2, 1, 4, 4]],
  [8, [2, 4, 1, 8, 8]],
  [9, [2, 4, 1, 8, 9]],
  [16, [2, 4, 1, 8, 16]],
])(
  "with at most %i tokens, the first drafts have 2, 4, 1 and 8 tokens, each cut to the maximum; the best length follows",
  (maximum, expected) => {
    expect(lengths({ maximum, rounds: expected.length, cost: () => 1, accepted: everyToken })).toEqual(expected);
  },
);

test("if no token of the first two drafts is accepted, the other first lengths are skipped", () => {
  const cost = (length: number): number => 1 + 0.1 * length;
  expect(lengths({ rounds: 4, cost, accepted: (_, round) => (round === 1 ? 1 : 0) })).toEqual([2, 4, 1, 8]);
  expect(lengths({ rounds: 4, cost, accepted: () => 0 }).slice(2)).not.toEqual([1, 8]);
});

test("while drafts do not pay off, a probe of 3 tokens follows 16, 32, 64, … plain passes", () => {
  const cost = (length: number): number => 1 + 0.4 * length;
  expect(lengths({ rounds: 118, cost, accepted: () => 0 })).toEqual([2, 4, 1, ...times(16, 0), 3, ...times(32, 0), 3, ...times(64, 0), 3]);
});

test("after a probe that paid off come 3 more drafts of 3 tokens; if they pay off too, drafting continues, with the longest drafts too", () => {
  const cost = (length: number): number => 1 + 0.4 * length;
  // Nothing is accepted until the second of those drafts.
  const requested = lengths({ rounds: 110, cost, accepted: (length, round) => (round < 50 ? 0 : length) });
  expect(requested.slice(0, 53)).toEqual([2, 4, 1, ...times(16, 0), 3, ...times(32, 0), 3]);
  expect(requested.slice(53, 56)).toEqual([3, 3, 3]);
  expect(requested.slice(56)).not.toContain(0);
  expect(Math.max(...requested)).toBeGreaterThan(12);
});

test("after a probe that paid off by chance come 3 more drafts, and the backoff continues as if it had failed: 64, then 128", () => {
  const cost = (length: number): number => 1 + 0.4 * length;
  const requested = lengths({ rounds: 250, cost, accepted: (length, round) => (round === 52 ? length : 0) });
  expect(requested.slice(52)).toEqual([...times(4, 3), ...times(64, 0), 3, ...times(128, 0), 3]);
});

test("every 16th draft explores another length that may be as good: twice as many tokens, one more, half, four times, one less", () => {
  // At most two tokens are accepted, so drafts of 2 are the best.
  const requested = lengths({ rounds: 16 * 6 + 1, cost: (length) => 1 + 0.2 * length, accepted: () => 2 });
  const others = requested.flatMap((length, round) => (round > 8 && length !== 2 ? [[round / 16, length] as const] : []));
  expect(others).toEqual([
    [1, 4],
    [2, 3],
    [4, 8],
    [6, 4],
  ]);
});
