import { LogitsError, seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { gumbelRandom } from "./gumbel-max.ts";

const N = 40_000;

describe("gumbelRandom", () => {
  test("draws in proportion to the weights", () => {
    const weights = [3, 0, 1, 4, 2];
    const counts = weights.map(() => 0);
    const random = seededRandom(5);
    for (let draw = 0; draw < N; draw++) counts[gumbelRandom(random.fork(draw)).categorical(weights)]!++;
    expect(counts[1]).toBe(0);
    const chiSquare = weights.reduce((sum, weight, token) => {
      const expected = (N * weight) / 10;
      return weight === 0 ? sum : sum + (counts[token]! - expected) ** 2 / expected;
    }, 0);
    // 3 degrees of freedom: above 16.3 with probability 0.001.
    expect(chiSquare).toBeLessThan(16.3);
  });

  test("selects the same token for two similar distributions at least as often as (1 - TV) / (1 + TV)", () => {
    const [p, q] = [
      [0.4, 0.3, 0.2, 0.1],
      [0.3, 0.3, 0.2, 0.2],
    ];
    const random = seededRandom(6);
    let same = 0;
    for (let draw = 0; draw < N; draw++) {
      const [a, b] = [gumbelRandom(random.fork(draw)), gumbelRandom(random.fork(draw))];
      if (a.categorical(p) === b.categorical(q)) same++;
    }
    // TV is 0.1; four standard deviations of the mean are 0.008.
    expect(same / N).toBeGreaterThan(0.9 / 1.1 - 0.008);
  });

  test("has different noise in each draw and each fork, and does not advance its source", () => {
    const source = seededRandom(7);
    const gumbel = gumbelRandom(source);
    const weights = Array.from({ length: 1000 }, () => 1);
    const winners = [
      gumbel.categorical(weights),
      gumbel.categorical(weights),
      gumbel.fork(0).categorical(weights),
      gumbel.fork(1).categorical(weights),
    ];
    expect(new Set(winners).size).toBe(4);
    expect(source.uniform()).toBe(seededRandom(7).uniform());
    expect(gumbel.fork(1).categorical(weights)).toBe(winners[3]);
  });

  test.each([[[]], [[0, 0]], [[1, NaN]], [[1, -1]], [[Infinity]]])("rejects the weights %o", (weights) => {
    expect(() => gumbelRandom(seededRandom(1)).categorical(weights)).toThrow(LogitsError);
  });
});
