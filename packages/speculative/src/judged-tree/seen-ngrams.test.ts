import { seededRandom } from "@decodekit/core";
import { expect, test } from "vitest";
import { seenNgrams } from "./seen-ngrams.ts";

test("a path repeats if its end completes four tokens that the text contains", () => {
  const seen = seenNgrams();
  seen.observe([1, 2, 3, 4, 5, 1, 2, 3]);
  expect(seen.completedBy([4])).toBe(true);
  expect(seen.completedBy([5])).toBe(false);
  expect(seen.completedBy([4, 5])).toBe(true);
  expect(seen.completedBy([9, 1, 2, 3, 4])).toBe(true);
  expect(seen.completedBy([9, 2, 3, 4])).toBe(false);
  seen.observe([4]);
  expect(seen.completedBy([5])).toBe(true);
});

test.each([0, 1, 2, 3])("equals a search of the text, seed %d", (seed) => {
  const random = seededRandom(seed);
  const draw = (): number => Math.floor(3 * random.uniform());
  const text: number[] = [];
  const seen = seenNgrams();
  for (let round = 0; round < 60; round++) {
    const path = Array.from({ length: 1 + Math.floor(6 * random.uniform()) }, draw);
    const end = [...text, ...path].slice(-4).join();
    const repeats = text.some((_, index) => index + 4 <= text.length && text.slice(index, index + 4).join() === end);
    expect(seen.completedBy(path)).toBe(repeats);
    const more = Array.from({ length: round % 3 }, draw);
    seen.observe(more);
    text.push(...more);
  }
});
