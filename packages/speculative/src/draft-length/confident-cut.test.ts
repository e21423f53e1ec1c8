import { expect, test } from "vitest";
import { seededRandom } from "@decodekit/core";
import { confidentCut, type ConfidentCut } from "./confident-cut.ts";
import type { CostCurve } from "./cost-curve.ts";
import { deviceDrift } from "./device-drift.ts";
import { movingAverage } from "./moving-average.ts";

/** Costs of rounds by the number of verified tokens, in plain passes. */
function known(cost: (drafted: number) => number): CostCurve {
  return { plainTime: 1, roundTime: cost, hasMeasured: () => true, addPlain: () => undefined, add: () => undefined };
}

function startCut(cost: (drafted: number) => number, { maximum = 48, longest = 48 } = {}): ConfidentCut {
  return confidentCut(maximum, { costs: known(cost), drift: deviceDrift(), aftermath: movingAverage(0, 48), longest });
}

const draft = (confidences: readonly number[]) => ({
  tokens: Int32Array.from(confidences, (_, place) => place),
  confidences: Float64Array.from(confidences),
});

/** A round in which the first `accepted` tokens of `draft` are accepted, and another token follows. */
function round(drafted: number, accepted: number): Parameters<ConfidentCut["observe"]> {
  const committed = Int32Array.from({ length: accepted + 1 }, (_, place) => (place < accepted ? place : -1));
  return [{ requested: 0, drafted, accepted, committed, milliseconds: 1, passMilliseconds: 1 }, true];
}

test("verifies the tokens with the highest expected gain over their cost, at 1.1 tokens per plain pass at first", () => {
  const random = seededRandom(1);
  for (let trial = 0; trial < 200; trial++) {
    const slope = 0.5 * random.uniform();
    const cost = (drafted: number): number => 1 + slope * drafted;
    const confidences = Array.from({ length: 12 }, () => 0.01 + 0.98 * random.uniform());
    const gains = Array.from({ length: 13 }, (_, length) => {
      const expected = confidences.slice(0, length).reduce((sum, _each, place) => sum + product(confidences.slice(0, place + 1)), 1);
      return expected - 1.1 * cost(length);
    });
    expect(startCut(cost).cut(draft(confidences))).toBe(gains.indexOf(Math.max(...gains)));
  }
});

test("verifies nothing if two rows cost two, and a long draft if the rows after them are nearly free", () => {
  const steps = (drafted: number): number => (drafted === 0 ? 1 : 2 + 0.02 * drafted);
  const likely = Array.from({ length: 16 }, () => 0.9);
  expect(startCut(steps).cut(draft([0.9]))).toBe(0);
  expect(startCut(steps).cut(draft(likely))).toBe(16);
  expect(startCut((drafted) => 1 + drafted).cut(draft(likely))).toBe(0);
});

test("learns from drafts that it does not verify: it rests while they are wrong, and drafts again when they would have been right", () => {
  const cut = startCut((drafted) => 1 + 0.35 * drafted);
  const lengths: number[] = [];
  const play = (rounds: number, right: boolean): void => {
    for (let count = 0; count < rounds; count++) {
      const length = cut.cut(draft([0.5]));
      lengths.push(length);
      // A token that was not verified is committed all the same, as the round's own.
      const accepted = right && length > 0 ? 1 : 0;
      const committed = right ? Int32Array.of(0, -1).subarray(0, accepted + 1) : Int32Array.of(-1);
      cut.observe({ requested: 0, drafted: length, accepted, committed, milliseconds: 1, passMilliseconds: 1 }, true);
    }
  };
  play(12, false);
  play(12, true);
  expect(lengths[0]).toBe(1);
  expect(lengths.slice(6, 12)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(lengths.slice(-6)).toEqual([1, 1, 1, 1, 1, 1]);
});

test("the first drafts have at most 16 tokens, later ones at most twice the longest, none more than the maximum", () => {
  const cut = startCut(() => 1, { maximum: 40, longest: 0 });
  const maxima = [16, 32, 40].map((expected) => {
    expect(cut.maximum).toBe(expected);
    const length = cut.cut(draft(Array.from({ length: cut.maximum }, () => 0.99)));
    cut.observe(...round(length, length));
    return length;
  });
  expect(maxima).toEqual([16, 32, 40]);
});

test("a confidence of 0 or 1 is taken for nearly that", () => {
  const cut = startCut((drafted) => 1 + 0.05 * drafted);
  expect(cut.cut(draft([0]))).toBe(0);
  expect(cut.cut(draft([1, 1, 1]))).toBe(3);
  for (let count = 0; count < 20; count++) {
    cut.cut(draft([1, 1, 1]));
    cut.observe(...round(3, 0));
  }
  expect(cut.cut(draft([1, 1, 1]))).toBe(3);
});

function product(values: readonly number[]): number {
  return values.reduce((all, value) => all * value, 1);
}

test("what the plain passes after a draft take longer is a cost of the draft", () => {
  const cut = startCut((drafted) => 1 + 0.7 * drafted);
  const play = (milliseconds: number): number => {
    for (let count = 0; count < 20; count++) {
      for (const [drafted, time] of [
        [1, 1.7],
        [0, milliseconds],
        [0, 1],
        [0, 1],
        [0, 1],
      ] as const)
        cut.observe({ requested: 0, drafted, accepted: drafted, milliseconds: time, passMilliseconds: time }, true);
    }
    return cut.cut(draft([0.99]));
  };
  // 1.99 tokens in 1.7 passes, of which a good tenth more is worth as much; and in 2.1.
  expect(play(1)).toBe(1);
  expect(play(1.4)).toBe(0);
});
