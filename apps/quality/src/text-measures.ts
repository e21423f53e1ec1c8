import type { TokenId } from "@decodekit/core";

/** Share of the pairs of neighbouring tokens that differ from all others, over all `texts` together. */
export function distinctPairs(texts: readonly (readonly TokenId[])[]): number {
  const pairs = texts.flatMap((text) => runsOf(text, 2));
  return new Set(pairs).size / Math.max(1, pairs.length);
}

/** Share of the runs of four tokens that their own text held before. */
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
