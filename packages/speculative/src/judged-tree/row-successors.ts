import type { RowPart, TokenId } from "@decodekit/core";
import { topK } from "@decodekit/core/toolkit";

/** A token that may come next. */
export interface Successor {
  readonly token: TokenId;
  /** Natural logarithm of its probability, <= 0. */
  readonly logProbability: number;
}

/**
 * Returns the `count` most likely tokens of `row`, logits of shape (vocabSize,), in descending order; among equals the lowest id comes first.
 * Their probabilities are estimates: see `NEGLIGIBLE`.
 */
export function successorsIn(row: Float32Array, count: number): Successor[] {
  const tokens = topK(row, count);
  const total = logTotal(row, row[tokens[0] ?? 0]!);
  return tokens.map((token) => ({ token, logProbability: row[token]! - total }));
}

/** The same of a row that was read in part with a temperature of 1. */
export function successorsInPart({ tokens, logits, tailMass }: RowPart): Successor[] {
  const largest = logits[0]!;
  const total = largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), tailMass));
  return Array.from(tokens, (token, index) => ({ token, logProbability: logits[index]! - total }));
}

/** Logits this far below the largest are left out of a total: 10,000 of them would add 6 % to it, and their exponentials take most of the time. */
const NEGLIGIBLE = -12;

/** Returns the log of the sum of the exponentials of `row`, whose largest value is `maximum`. */
function logTotal(row: Float32Array, maximum: number): number {
  let sum = 0;
  for (let token = 0; token < row.length; token++) {
    const below = row[token]! - maximum;
    if (below > NEGLIGIBLE) sum += Math.exp(below);
  }
  return maximum + Math.log(sum);
}
