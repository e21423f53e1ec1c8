import { repeatedNgrams } from "@decodekit/compare";
import type { TokenId } from "@decodekit/core";

/** Returns the number of distinct token pairs over the number of pairs, in all `texts` together (distinct-2). */
export function distinctPairs(texts: readonly (readonly TokenId[])[]): number {
  const pairs = texts.flatMap((text) =>
    Array.from({ length: Math.max(0, text.length - 1) }, (_, start) => `${text[start]},${text[start + 1]}`),
  );
  return new Set(pairs).size / Math.max(1, pairs.length);
}

/** Returns the share of 4-grams that already occurred earlier in the same text. */
export function repeatedFours(texts: readonly (readonly TokenId[])[]): number {
  const counts = texts.map((text) => repeatedNgrams(text, 4));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return sum(counts.map(({ repeated }) => repeated)) / Math.max(1, sum(counts.map(({ total }) => total)));
}
