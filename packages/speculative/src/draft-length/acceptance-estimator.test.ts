import { expect, test } from "vitest";
import { acceptanceEstimator } from "./acceptance-estimator.ts";

/** With this many rounds the prior hardly counts. */
const MANY = 150;

function recordOf(rounds: readonly { readonly requested: number; readonly accepted: number }[]) {
  const record = acceptanceEstimator();
  for (let round = 0; round < MANY; round++) record.add(rounds[round % rounds.length]!);
  return record;
}

test("expects one token per round plus the accepted ones", () => {
  const [one, two, three] = recordOf([
    { requested: 3, accepted: 3 },
    { requested: 3, accepted: 1 },
  ]).expectedTokens(3);
  expect(one).toBeCloseTo(2, 1);
  expect(two).toBeCloseTo(2.5, 1);
  expect(three).toBeCloseTo(3, 1);
});

test("counts drafts that were cut off only for the positions that they reached", () => {
  const cut = recordOf([
    { requested: 1, accepted: 1 },
    { requested: 4, accepted: 4 },
    { requested: 4, accepted: 1 },
  ]).expectedTokens(4);
  // Of the drafts in which a second token was requested, every other one had it.
  expect(cut[1]! - cut[0]!).toBeCloseTo(0.5, 1);
});

test("expects a drafter that returned fewer tokens than requested to do so again", () => {
  expect(
    recordOf([{ requested: 8, accepted: 2 }])
      .expectedTokens(8)
      .at(-1),
  ).toBeCloseTo(3, 1);
  expect(
    recordOf([{ requested: 4, accepted: 0 }])
      .expectedTokens(4)
      .at(-1),
  ).toBeCloseTo(1, 1);
});

test("is optimistic about tokens beyond the longest draft", () => {
  const tokens = recordOf([{ requested: 2, accepted: 2 }]).expectedTokens(4);
  expect(tokens[3]! - tokens[2]!).toBeGreaterThan(0.8);
});

test("starts with an acceptance rate of one half, discounts old rounds, and reports whether any token was accepted", () => {
  const record = acceptanceEstimator();
  expect(record.expectedTokens(1)).toEqual([1.5]);
  expect([record.weight, record.hasAccepted]).toEqual([0, false]);
  for (let round = 0; round < 1000; round++) record.add({ requested: 2, accepted: 1 });
  expect(record.weight).toBeCloseTo(191, 0);
  expect(record.hasAccepted).toBe(true);
  record.discountTo(4);
  expect(record.weight).toBeCloseTo(4, 12);
  record.discountTo(8);
  expect(record.weight).toBeCloseTo(4, 12);
});
