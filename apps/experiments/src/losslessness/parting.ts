import type { TokenAlternatives } from "@decodekit/core";

/** Where a text parts from plain decoding's. */
export interface Parting {
  /** Index of the first output token that differs, or at which one text ends. */
  readonly position: number;
  /** Difference of the two largest logits of plain decoding's row at that position; undefined where it ended with a stop token. */
  readonly gap: number | undefined;
}

/** Returns where `tokens` part from those of plain decoding, or undefined if they are the same. `gaps` are those of plain decoding's rows. */
export function partingOf(plain: readonly number[], tokens: readonly number[], gaps: readonly number[]): Parting | undefined {
  const longest = Math.max(plain.length, tokens.length);
  for (let position = 0; position < longest; position++) {
    if (plain[position] !== tokens[position]) return { position, gap: gaps[position] };
  }
  return undefined;
}

/** Returns the differences of the two largest logits at each position: those of their log-probabilities, >= 0. */
export function gapsOf({ tokens, logProbabilities }: TokenAlternatives): number[] {
  return Array.from({ length: tokens.length / 2 }, (_, position) => logProbabilities[2 * position]! - logProbabilities[2 * position + 1]!);
}
