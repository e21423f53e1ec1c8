import { expect, test } from "vitest";
import { draftRecord } from "./draft-record.ts";

/** With so many rounds what is thought at first hardly counts. */
const MANY = 150;

function recordOf(rounds: readonly { readonly asked: number; readonly accepted: number }[]) {
  const record = draftRecord();
  for (let round = 0; round < MANY; round++) record.add(rounds[round % rounds.length]!);
  return record;
}

test("expects of a round one token and those that stood", () => {
  const [one, two, three] = recordOf([
    { asked: 3, accepted: 3 },
    { asked: 3, accepted: 1 },
  ]).tokens(3);
  expect(one).toBeCloseTo(2, 1);
  expect(two).toBeCloseTo(2.5, 1);
  expect(three).toBeCloseTo(3, 1);
});

test("counts drafts that were cut off for the places that they reached", () => {
  const cut = recordOf([
    { asked: 1, accepted: 1 },
    { asked: 4, accepted: 4 },
    { asked: 4, accepted: 1 },
  ]).tokens(4);
  // Of the drafts that were asked for a second token every other one had it.
  expect(cut[1]! - cut[0]!).toBeCloseTo(0.5, 1);
});

test("takes a drafter that gave fewer tokens than were asked for to do so again", () => {
  expect(
    recordOf([{ asked: 8, accepted: 2 }])
      .tokens(8)
      .at(-1),
  ).toBeCloseTo(3, 1);
  expect(
    recordOf([{ asked: 4, accepted: 0 }])
      .tokens(4)
      .at(-1),
  ).toBeCloseTo(1, 1);
});

test("hopes for later tokens of drafts that were never as long", () => {
  const tokens = recordOf([{ asked: 2, accepted: 2 }]).tokens(4);
  expect(tokens[3]! - tokens[2]!).toBeGreaterThan(0.8);
});

test("begins with one token in two, fades, and knows whether any stood", () => {
  const record = draftRecord();
  expect(record.tokens(1)).toEqual([1.5]);
  expect([record.weight, record.hasStood]).toEqual([0, false]);
  for (let round = 0; round < 1000; round++) record.add({ asked: 2, accepted: 1 });
  expect(record.weight).toBeCloseTo(191, 0);
  expect(record.hasStood).toBe(true);
  record.fadeTo(4);
  expect(record.weight).toBeCloseTo(4, 12);
  record.fadeTo(8);
  expect(record.weight).toBeCloseTo(4, 12);
});
