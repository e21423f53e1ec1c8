import type { TokenId } from "@decodekit/core";

/** Returns the number of distinct token pairs over the number of pairs, in all `texts` together (distinct-2). */
export function distinctPairs(texts: readonly (readonly TokenId[])[]): number {
  const pairs = texts.flatMap((text) => runsOf(text, 2));
  return new Set(pairs).size / Math.max(1, pairs.length);
}

/** Returns the share of 4-grams that already occurred earlier in the same text. */
export function repeatedFours(texts: readonly (readonly TokenId[])[]): number {
  let repeated = 0;
  let count = 0;
  for (const text of texts) {
    const runs = runsOf(text, 4);
    repeated += runs.length - new Set(runs).size;
    count += runs.length;
  }
  return repeated / Math.max(1, count);
}

function runsOf(text: readonly TokenId[], length: number): string[] {
  return Array.from({ length: Math.max(0, text.length - length + 1) }, (_, start) => text.slice(start, start + length).join());
}
