import { expect, test } from "vitest";
import { repeatedNgrams } from "./repeated-ngrams.ts";

test.each([
  // Of 1231, 2312, 3123, 1231 and 2312, the last two are repeats.
  { tokens: [1, 2, 3, 1, 2, 3, 1, 2], n: 4, counts: { repeated: 2, total: 5 } },
  { tokens: [7, 7, 7, 7, 7, 7], n: 4, counts: { repeated: 2, total: 3 } },
  { tokens: [1, 23, 12, 3], n: 2, counts: { repeated: 0, total: 3 } },
  { tokens: [1, 2, 3], n: 4, counts: { repeated: 0, total: 0 } },
  { tokens: [1, 2, 3, 4], n: 4, counts: { repeated: 0, total: 1 } },
])("$tokens repeats $counts.repeated of $counts.total runs of $n tokens", ({ tokens, n, counts }) => {
  expect(repeatedNgrams(tokens, n)).toEqual(counts);
});
