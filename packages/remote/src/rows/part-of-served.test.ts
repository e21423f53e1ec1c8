import { seededRandom } from "@decodekit/core";
import { temperatureSampler } from "@decodekit/core/toolkit";
import { describe, expect, test } from "vitest";
import { partOfServed } from "./part-of-served.ts";
import { float32NormaliserError, type ServedRow } from "./served-row.ts";
import { tailBounds } from "./tail-bounds.ts";

const VOCAB_SIZE = 600;
const FACTS = { vocabSize: VOCAB_SIZE, normaliserError: float32NormaliserError(VOCAB_SIZE) };
const context = { tokens: Int32Array.of(0), promptLength: 1 };

const kinds: Readonly<Record<string, (uniform: number) => number>> = {
  peaked: (uniform) => -2.5 * Math.log(1 - uniform),
  "very peaked": (uniform) => -9 * Math.log(1 - uniform),
  flat: (uniform) => uniform,
  "full of ties": (uniform) => Math.floor(uniform * 40) / 2,
  "partly forbidden": (uniform) => (uniform < 0.99 ? -Infinity : 9 * uniform),
  "far apart": (uniform) => 3000 * uniform,
};

/** Log-probabilities as servers compute them: a sum in float32, one term after another. */
function servedLogProbabilities(logits: Float32Array): Float32Array {
  const largest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - largest));
  const sum = weights.reduce((total, weight) => Math.fround(total + weight), 0);
  return weights.map((weight) => Math.log(Math.fround(weight / sum)));
}

function rowOf(kind: string, seed: number): Float32Array {
  const random = seededRandom(seed);
  return servedLogProbabilities(Float32Array.from({ length: VOCAB_SIZE }, () => kinds[kind]!(random.uniform())));
}

/** What a server gives of a row, in an order of its own. */
function largestOf(row: Float32Array, top: number): ServedRow {
  const tokens = Int32Array.from([...row.keys()].toSorted((a, b) => row[b]! - row[a]!).slice(0, top)).toReversed();
  return { tokens, logProbabilities: Float32Array.from(tokens, (token) => row[token]!) };
}

const TEMPERATURES = [0.3, 0.7, 1, 1.3, 2];
const TOPS = [2, 5, 20, 131];
const SEEDS = Array.from({ length: 15 }, (_, seed) => seed);

// 6 kinds × 5 temperatures × 4 numbers of logits × 15 rows × 6 thresholds = 10,800 checks.
describe.each(Object.keys(kinds))("of rows %s", (kind) => {
  test("the mass of the tail is within its error, and what a sampler decides from a part it decides from the row", () => {
    let [decided, checks] = [0, 0];
    for (const seed of SEEDS) {
      const row = rowOf(kind, seed);
      for (const temperature of TEMPERATURES) {
        for (const top of TOPS) {
          const part = partOfServed(largestOf(row, top), FACTS, { top, temperature });
          if (part.tokens.length > 0) {
            const given = new Set(part.tokens);
            const others = [...row.keys()].filter((token) => !given.has(token));
            const mass = others.reduce((sum, token) => sum + Math.exp((row[token]! - part.logits[0]!) / temperature), 0);
            expect(Math.abs(mass - part.tailMass)).toBeLessThanOrEqual(part.tailError + 1e-14 * mass);
            expect(part.tailMass).toBeGreaterThanOrEqual(0);
          }
          for (const p of [0.1, 0.5, 0.8, 0.9, 0.95, 0.99]) {
            const sampler = temperatureSampler(temperature, p);
            const found = sampler.partial!.distribution(part, VOCAB_SIZE);
            checks++;
            if (!found) continue;
            decided++;
            expect(found).toEqual(sampler.distribution(row, context));
          }
        }
      }
    }
    expect(checks).toBe(SEEDS.length * TEMPERATURES.length * TOPS.length * 6);
    if (kind !== "flat" && kind !== "full of ties") expect(decided / checks).toBeGreaterThan(0.15);
  });
});

describe("a part", () => {
  const served = (entries: readonly (readonly [number, number])[]): ServedRow => ({
    tokens: Int32Array.from(entries, ([token]) => token),
    logProbabilities: Float32Array.from(entries, ([, probability]) => Math.log(probability)),
  });
  const facts = { vocabSize: 10, normaliserError: 1e-6 };

  test("is in descending order, the lowest id first among equals, without those that the tail may equal", () => {
    const part = partOfServed(served([[7, 0.2], [2, 0.1], [9, 0.3], [4, 0.2], [1, 0.1]]), facts, { top: 9 }); // prettier-ignore
    expect([...part.tokens]).toEqual([9, 4, 7]);
    expect(part.tailError).toBe(Infinity);
  });

  test("has at most as many logits as were asked for, and counts the others to the tail", () => {
    const part = partOfServed(served([[7, 0.25], [2, 0.125], [9, 0.5], [4, 0.0625]]), facts, { top: 1, temperature: 1 }); // prettier-ignore
    expect([...part.tokens]).toEqual([9]);
    expect(part.tailMass).toBeCloseTo(1, 5);
    expect(part.tailError).toBeLessThan(1e-5);
  });

  test("of equal logits only is empty: the row must be read", () => {
    expect(partOfServed(served([[7, 0.1], [2, 0.1]]), facts, { top: 2, temperature: 1 }).tokens.length).toBe(0); // prettier-ignore
  });

  test("of a whole row has them all, and no tail", () => {
    const whole = served(Array.from({ length: 10 }, (_, token) => [token, 0.1] as const));
    const part = partOfServed(whole, facts, { top: 10, temperature: 0.7 });
    expect([...part.tokens]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([part.tailMass, part.tailError]).toEqual([0, 0]);
  });
});

test("the bounds of a tail are reached by equal probabilities and by the fewest that are as large as they can be", () => {
  const tail = { count: 5, least: 0.4, most: 0.4, largest: 0.2 };
  const power = (probabilities: readonly number[], temperature: number): number =>
    probabilities.reduce((sum, probability) => sum + probability ** (1 / temperature), 0);
  const [equal, extreme] = [Array.from({ length: 5 }, () => 0.08), [0.2, 0.2, 0, 0, 0]];
  const cold = tailBounds(tail, 0.5);
  expect(cold.low).toBeCloseTo(power(equal, 0.5), 12);
  expect(cold.high).toBeCloseTo(power(extreme, 0.5), 12);
  const warm = tailBounds(tail, 2);
  expect(warm.low).toBeCloseTo(power(extreme, 2), 12);
  expect(warm.high).toBeCloseTo(power(equal, 2), 12);
  expect(tailBounds({ ...tail, most: 9 }, 0.5).high).toBeCloseTo(5 * 0.2 ** 2, 12);
});
