import { greedySampler, type LogitsProcessor, type Sampler, seededRandom, softmax } from "@decodekit/core";
import { expect, test } from "vitest";
import { chooseToken } from "./choose-token.ts";

const context = { tokens: Int32Array.of(4, 2), promptLength: 1 };
const plain: Sampler = {
  name: "plain",
  distribution: (row) => softmax(row),
  pick: (probabilities, random) => random.categorical(probabilities),
};

test("without a sampler it is the most likely token, and others cost as many nats as they are less likely", () => {
  const row = Float32Array.of(1, 3.5, 3, -Infinity);
  const { token, natsBelowChoice } = chooseToken({ processors: [], sampler: undefined }, row, context, seededRandom(0));
  expect(token).toBe(1);
  expect([0, 1, 2, 3].map(natsBelowChoice)).toEqual([2.5, 0, 0.5, Infinity]);
});

test("a sampler draws it, and more likely tokens cost nothing", () => {
  const row = Float32Array.of(0, Math.log(2), Math.log(4));
  const drawn = new Set<number>();
  for (let seed = 0; seed < 40; seed++) {
    const { token, natsBelowChoice } = chooseToken({ processors: [], sampler: plain }, row, context, seededRandom(seed));
    expect(token).toBe(plain.pick(plain.distribution(row, context), seededRandom(seed)));
    drawn.add(token);
    for (const other of [0, 1, 2]) expect(natsBelowChoice(other)).toBeCloseTo(Math.max(0, row[token]! - row[other]!), 6);
  }
  expect(drawn.size).toBe(3);
});

test.each([undefined, greedySampler])("processors edit a copy first, in order, and see the prefix", (sampler) => {
  const row = Float32Array.of(5, 1, 2);
  const seen: unknown[] = [];
  const forbid: LogitsProcessor = (edited, given) => {
    seen.push(given);
    edited[0] = -Infinity;
  };
  const raise: LogitsProcessor = (edited) => {
    if (edited[0] === -Infinity) edited[1] = 9;
  };
  const { token, natsBelowChoice } = chooseToken({ processors: [forbid, raise], sampler }, row, context, seededRandom(0));
  expect([token, natsBelowChoice(0), [...row]]).toEqual([1, Infinity, [5, 1, 2]]);
  expect(seen).toEqual([context]);
});
