import type { TokenId } from "@decodekit/core";

export interface NgramCounts {
  /** N-grams that occurred earlier in the same text. */
  readonly repeated: number;
  /** All n-grams of the text. */
  readonly total: number;
}

/**
 * Counts the n-grams of a text and the repeated ones among them. Their quotient is seq-rep-n of Welleck et al. (2020), "Neural text
 * generation with unlikelihood training": 1 - distinct n-grams / n-grams, 0 for a text that never repeats n tokens in a row. Of several
 * texts, add up both counts first. A text of fewer than n tokens has no n-gram.
 */
export function repeatedNgrams(tokens: readonly TokenId[], n: number): NgramCounts {
  const total = Math.max(0, tokens.length - n + 1);
  const distinct = new Set(Array.from({ length: total }, (_, start) => tokens.slice(start, start + n).join()));
  return { repeated: total - distinct.size, total };
}
