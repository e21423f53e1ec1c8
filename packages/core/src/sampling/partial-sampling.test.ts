import { describe, expect, test } from "vitest";
import { seededRandom } from "../random/random.ts";
import { partOfRow } from "../testing/row-parts.ts";
import type { RowPart } from "../contracts/model.ts";
import { greedySampler } from "./greedy-sampler.ts";
import { readsOf } from "./predicted-row.ts";
import { temperatureSampler } from "./temperature-sampler.ts";

const context = { tokens: Int32Array.of(0), promptLength: 1 };
const VOCAB_SIZE = 2000;

const kinds: Readonly<Record<string, (uniform: number) => number>> = {
  peaked: (uniform) => -2.5 * Math.log(1 - uniform),
  flat: (uniform) => uniform,
  "full of ties": (uniform) => Math.floor(uniform * 40) / 2,
  "partly forbidden": (uniform) => (uniform < 0.99 ? -Infinity : 9 * uniform),
  "with logits that weigh the same": (uniform) => (uniform < 0.5 ? uniform * 1e-30 : uniform * 1e-20),
  "far apart": (uniform) => 3000 * uniform,
};

const rowOf = (kind: string, seed: number): Float32Array => {
  const random = seededRandom(seed);
  return Float32Array.from({ length: VOCAB_SIZE }, () => kinds[kind]!(random.uniform()));
};

describe.each(Object.keys(kinds))("of rows %s", (kind) => {
  test.each([
    { p: 0.9, temperature: 1 },
    { p: 0.95, temperature: 0.7 },
    { p: 0.5, temperature: 2 },
    { p: 1e-9, temperature: 1 },
    { p: 1 - 1e-9, temperature: 0.05 },
  ])("the distribution of a part is that of the row bit for bit, or not decided: p $p, temperature $temperature", ({ p, temperature }) => {
    const sampler = temperatureSampler(temperature, p);
    for (const top of [1, 3, 128]) {
      for (const error of [0, 1e-4, 0.1]) {
        for (let seed = 0; seed < 4; seed++) {
          const row = rowOf(kind, seed);
          const part = partOfRow(row, { ...readsOf(sampler)!, top }, { top, error, missing: Infinity }, 0);
          const found = sampler.partial!.distribution(part, VOCAB_SIZE);
          if (found) expect(found).toEqual(sampler.distribution(row, context));
        }
      }
    }
  });
});

test("most nuclei of a peaked row are decided by a part of 128 logits with the error of a GPU", () => {
  const sampler = temperatureSampler(0.8, 0.9);
  const decided = Array.from({ length: 100 }, (_, seed) => {
    const part = partOfRow(rowOf("peaked", seed), readsOf(sampler)!, { top: 128, error: 2 ** -13, missing: Infinity }, 0);
    return sampler.partial!.distribution(part, VOCAB_SIZE);
  }).filter((distribution) => distribution !== undefined);
  expect(decided.length).toBeGreaterThanOrEqual(97);
});

const part = (logits: readonly number[], tailMass: number, tailError: number): RowPart => ({
  tokens: Int32Array.from(logits.keys()),
  logits: Float32Array.from(logits),
  tailMass,
  tailError,
});

test.each([
  { name: "the whole nucleus", of: part([3, 2, 0, -1], 0.02, 0.001), decides: true },
  { name: "a nucleus that ends at the last token, which a token of the tail may equal", of: part([3, 1], 0.01, 0), decides: false },
  { name: "the same, if nothing is in the tail", of: part([3, -2], 0, 0), decides: true },
  { name: "a nucleus that goes on in the tail", of: part([3, 2, 1], 2, 0), decides: false },
  { name: "an unknown tail", of: part([3, 2, 1], 0, Infinity), decides: false },
  { name: "no tokens", of: part([], 0, Infinity), decides: false },
  // (1 + e^-0.5) / (1 + e^-0.5 + e^-3 + tail) is 0.9 at a tail of 0.1287.
  { name: "an error that allows two nuclei", of: part([3, 2.5, 0], 0.128, 0.01), decides: false },
  { name: "the same with a smaller error", of: part([3, 2.5, 0], 0.128, 0.0005), decides: true },
])("a part with $name decides: $decides", ({ of, decides }) => {
  expect(temperatureSampler(1, 0.9).partial!.distribution(of, 5) !== undefined).toBe(decides);
});

const partOf = (logits: readonly number[]): RowPart =>
  partOfRow(Float32Array.from(logits), { top: 9, temperature: 1 }, { top: 9, error: 0, missing: Infinity }, 0);

test("of logits that differ but weigh the same, the lowest id comes first, as in a whole row", () => {
  const logits = [3, 1e-30, 2e-30, -20];
  const sampler = temperatureSampler(1, 0.93);
  const distribution = sampler.distribution(Float32Array.from(logits), context);
  expect([...distribution.keys()].filter((token) => distribution[token]! > 0)).toEqual([0, 1]);
  expect([...partOf(logits).tokens]).toEqual([0, 2, 1, 3]);
  expect(sampler.partial!.distribution(partOf(logits), 4)).toEqual(distribution);
});

test("weights that rounding may make equal are not decided between", () => {
  expect(temperatureSampler(1, 0.93).partial!.distribution(partOf([3, 0, 1e-13, -20]), 4)).toBeUndefined();
});

test("greedy's distribution is certain of the first token of a part", () => {
  expect(greedySampler.partial!.distribution(part([3, 2], 0, Infinity), 4)).toEqual(Float64Array.of(1, 0, 0, 0));
  expect(greedySampler.partial!.distribution(part([], 0, Infinity), 4)).toBeUndefined();
});

test("samplers that need whole rows do not read parts: without a nucleus, and copies with another distribution", () => {
  expect(readsOf(temperatureSampler(0.7))).toBeUndefined();
  expect(readsOf({ ...greedySampler, distribution: (row) => new Float64Array(row.length) })).toBeUndefined();
  expect(readsOf({ ...temperatureSampler(0.7, 0.9), name: "renamed" })).toEqual({ top: 128, temperature: 0.7 });
  expect(readsOf(greedySampler)).toEqual({ top: 1, tokensOnly: true });
});
