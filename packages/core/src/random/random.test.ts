import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { philox4x32 } from "./philox.ts";
import { randomFrom, type RandomSource, seededRandom, stateOf } from "./random.ts";

const uniforms = (random: RandomSource, count = 5): readonly number[] => Array.from({ length: count }, () => random.uniform());

describe("seededRandom", () => {
  test("returns the same numbers for the same seed, and others for another seed", () => {
    expect(uniforms(seededRandom(7))).toEqual(uniforms(seededRandom(7)));
    const first = [0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1].map((seed) => seededRandom(seed).uniform());
    expect(new Set(first).size).toBe(first.length);
  });

  test("returns multiples of 2^-53 in [0, 1), the first of seed 0 from the first words of Philox", () => {
    for (const value of uniforms(seededRandom(3), 1000)) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      expect(Number.isInteger(value * 2 ** 53)).toBe(true);
    }
    expect(seededRandom(0).uniform()).toBe(((0x6627e8d5 >>> 5) * 2 ** 26 + (0xe169c58d >>> 6)) / 2 ** 53);
  });

  test("draws uniformly", () => {
    const counts = Array.from({ length: 20 }, () => 0);
    for (const value of uniforms(seededRandom(11), 40_000)) counts[Math.floor(value * 20)]!++;
    // 19 degrees of freedom: above 43.8 with probability 1e-3.
    expect(
      chiSquare(
        counts,
        counts.map(() => 2000),
      ),
    ).toBeLessThan(43.8);
  });

  test("draws categories in proportion to weights of any sum, and never one of weight 0", () => {
    const weights = [0, 3, 0.5, 1.5, 0, 4, 1, 0];
    const counts = weights.map(() => 0);
    const random = seededRandom(5);
    for (let draw = 0; draw < 50_000; draw++) counts[random.categorical(weights)]!++;
    expect(weights.map((weight, index) => weight === 0 && counts[index] !== 0)).not.toContain(true);
    const possible = weights.flatMap((weight, index) => (weight > 0 ? [index] : []));
    // 4 degrees of freedom: above 18.5 with probability 1e-3.
    expect(
      chiSquare(
        possible.map((index) => counts[index]!),
        possible.map((index) => 5000 * weights[index]!),
      ),
    ).toBeLessThan(18.5);
  });

  test("draws true with the requested probability", () => {
    const random = seededRandom(2);
    let hits = 0;
    for (let draw = 0; draw < 10_000; draw++) hits += random.bernoulli(0.3) ? 1 : 0;
    // Standard deviation 46.
    expect(Math.abs(hits - 3000)).toBeLessThan(4 * 46);
    expect(Array.from({ length: 100 }, () => random.bernoulli(0))).not.toContain(true);
    expect(Array.from({ length: 100 }, () => random.bernoulli(1))).not.toContain(false);
  });
});

describe("the state of a source", () => {
  const wordsOf = (drawn: number, key: readonly [number, number]): number => {
    const [high, low] = philox4x32([drawn >>> 0, Math.floor(drawn / 2 ** 32), 0, 0], key);
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  };

  test("contains its key and the number of draws, and a source in that state continues from there", () => {
    const random = seededRandom(2 ** 32 + 7);
    uniforms(random, 3);
    expect(stateOf(random)).toEqual({ key0: 7, key1: 1, drawn: 3 });
    expect(uniforms(randomFrom(stateOf(random)!))).toEqual(uniforms(random));
    const fork = random.fork(4);
    expect(uniforms(randomFrom(stateOf(fork)!))).toEqual(uniforms(random.fork(4)));
  });

  test("counts on past 2^32 draws", () => {
    const random = randomFrom({ key0: 1, key1: 2, drawn: 2 ** 32 - 1 });
    expect(uniforms(random, 3)).toEqual([2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1].map((drawn) => wordsOf(drawn, [1, 2])));
  });

  test("is undefined for a source of another kind", () => {
    expect(stateOf({ ...seededRandom(1) })).toBeUndefined();
  });
});

describe("fork", () => {
  test("returns the same stream regardless of earlier draws", () => {
    const random = seededRandom(9);
    const before = uniforms(random.fork(3));
    uniforms(random, 100);
    expect(uniforms(random.fork(3))).toEqual(before);
    expect(uniforms(seededRandom(9).fork(3))).toEqual(before);
  });

  test("derives its key from the seed's words for a counter that no draw uses", () => {
    const [low, high] = philox4x32([5, 0, 0, 1], [9, 0]);
    const [first, second] = philox4x32([0, 0, 0, 0], [low, high]);
    expect(seededRandom(9).fork(5).uniform()).toBe(((first >>> 5) * 2 ** 26 + (second >>> 6)) / 2 ** 53);
  });

  test("leaves its source unchanged", () => {
    const forked = seededRandom(9);
    uniforms(forked.fork(1));
    expect(uniforms(forked)).toEqual(uniforms(seededRandom(9)));
  });

  test("returns another stream for every path of keys", () => {
    const root = seededRandom(1);
    const sources = [
      root,
      root.fork(0),
      root.fork(1),
      root.fork(2 ** 40),
      root.fork(0).fork(1),
      root.fork(1).fork(0),
      seededRandom(2).fork(0),
    ];
    expect(new Set(sources.map((source) => source.uniform())).size).toBe(sources.length);
  });
});

describe("out of range", () => {
  test.each([-1, 0.5, NaN, 2 ** 53])("%d is not a seed and not a key", (value) => {
    expect(() => seededRandom(value)).toThrow(`seededRandom: seed must be an integer in [0, 2^53), got ${value}.`);
    expect(() => seededRandom(0).fork(value)).toThrow(`RandomSource.fork: key must be an integer in [0, 2^53), got ${value}.`);
    expect(() => seededRandom(value)).toThrow(InvalidOptionError);
  });

  test.each([-0.1, 1.1, NaN])("%d is not a probability", (p) => {
    expect(() => seededRandom(0).bernoulli(p)).toThrow(`bernoulli: p must be a number in [0, 1], got ${p}.`);
  });
});

/** Pearson's statistic Σ (observed - expected)² / expected. */
function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  return observed.reduce((sum, count, index) => sum + (count - expected[index]!) ** 2 / expected[index]!, 0);
}
