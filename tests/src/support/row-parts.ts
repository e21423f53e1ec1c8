import type { RowReads } from "@decodekit/core";
import { topK } from "@decodekit/core/toolkit";

/** The part of a row by definition, in float64. */
export interface ExpectedPart {
  readonly tokens: readonly number[];
  readonly logits: readonly number[];
  /** Σ exp((logit - largest) / temperature) over the other tokens. */
  readonly tailMass: number;
}

/** Returns the part of `row`; without tokens if the row has no distribution. */
export function partByDefinition(row: Float32Array, { top, temperature = 1 }: RowReads): ExpectedPart {
  const isInvalid = row.some((logit) => Number.isNaN(logit) || logit === Infinity);
  const tokens = isInvalid ? [] : topK(row, top);
  if (tokens.length === 0) return { tokens, logits: [], tailMass: 0 };
  const kept = new Set(tokens);
  const largest = row[tokens[0]!]!;
  const tailMass = row.reduce((sum, logit, token) => sum + (kept.has(token) ? 0 : Math.exp((logit - largest) / temperature)), 0);
  return { tokens, logits: tokens.map((token) => row[token]!), tailMass };
}
