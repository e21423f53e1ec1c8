import { type CausalModel, logSumExp } from "@decodekit/core";
import { topK } from "@decodekit/core/toolkit";
import type { TokenScore } from "../trace/trace.ts";

const CANDIDATES = 8;
const LOGITS_PER_PASS = 2 ** 16;

/**
 * Scores every token of `output` after `prompt`, both token ids, under `model` at temperature 1. Uses its own session and reads a few rows
 * at a time. Rejects with `signal.reason` once aborted.
 */
export async function scoreTokens(
  model: CausalModel,
  prompt: ArrayLike<number>,
  output: ArrayLike<number>,
  signal?: AbortSignal,
): Promise<TokenScore[]> {
  const sequence = Int32Array.from([...Array.from(prompt), ...Array.from(output)]);
  const rowsPerPass = Math.max(1, Math.floor(LOGITS_PER_PASS / model.vocabSize));
  const session = await model.createSession();
  const scores: TokenScore[] = [];
  try {
    while (scores.length < output.length) {
      const rows = Math.min(rowsPerPass, output.length - scores.length);
      const first = prompt.length + scores.length;
      const logits = await session.forward(sequence.slice(session.length, first + rows - 1), { rows, signal });
      for (let index = 0; index < rows; index++) scores.push(scoreRow(logits.row(index), sequence[first + index]!));
    }
    return scores;
  } finally {
    await session.dispose();
  }
}

function scoreRow(row: Float32Array, token: number): TokenScore {
  const total = logSumExp(row);
  const probabilityOf = (id: number): number => Math.exp(row[id]! - total);
  return {
    probability: probabilityOf(token),
    candidates: topK(row, CANDIDATES).map((id) => ({ token: id, probability: probabilityOf(id) })),
  };
}

/** Returns the mean of -ln p over the tokens, in nats; undefined without tokens or if a token has probability 0. */
export function natsPerToken(scores: readonly TokenScore[]): number | undefined {
  if (scores.length === 0) return undefined;
  const nats = scores.reduce((sum, { probability }) => sum - Math.log(probability), 0) / scores.length;
  return Number.isFinite(nats) ? nats : undefined;
}
