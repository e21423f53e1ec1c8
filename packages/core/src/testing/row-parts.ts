import type { RowPart, RowReads } from "../contracts/model.ts";
import { topK } from "../sampling/top-k.ts";

/** How the sessions of a model in memory give parts of rows. */
export interface PartsOptions {
  /** Most logits of a part, an integer >= 1, also if more are asked for: a server may know no more. */
  readonly top: number;
  /** Bound on the relative error of the mass of a tail, in [0, 1); the mass is too large by half of it. */
  readonly error: number;
  /** Every how many-th row has no part, an integer >= 1: a session may fail to find one. */
  readonly missing: number;
}

const NONE: RowPart = { tokens: new Int32Array(0), logits: new Float32Array(0), tailMass: 0, tailError: Infinity };

/** Returns the part of `row` that a session with `options` reads, if it is the row with number `count`, from 0. */
export function partOfRow(row: Float32Array, reads: RowReads, { top, error, missing }: PartsOptions, count: number): RowPart {
  const hasNoDistribution = row.some((logit) => Number.isNaN(logit) || logit === Infinity);
  if (hasNoDistribution || (count + 1) % missing === 0) return NONE;
  const tokens = Int32Array.from(topK(row, Math.min(top, reads.top)));
  if (tokens.length === 0) return NONE;
  const logits = Float32Array.from(tokens, (token) => row[token]!);
  const kept = new Set(tokens);
  const others = row.filter((logit, token) => logit > -Infinity && !kept.has(token));
  if (others.length === 0) return { tokens, logits, tailMass: 0, tailError: 0 };
  const { temperature } = reads;
  if (temperature === undefined) return { tokens, logits, tailMass: 0, tailError: Infinity };
  const mass = others.reduce((sum, logit) => sum + Math.exp((logit - logits[0]!) / temperature), 0);
  const tailMass = mass * (1 + error / 2);
  return { tokens, logits, tailMass, tailError: mass * error + Number.MIN_VALUE };
}
