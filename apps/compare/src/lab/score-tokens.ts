import { type CausalModel, logSumExp } from "@decodekit/core";
import type { Candidate, TokenScore } from "../trace/trace.ts";

const CANDIDATES = 8;
const LOGITS_PER_PASS = 2 ** 16;

/**
 * What `model` says of every token of `output` after `prompt`, both token ids, at temperature 1: in a session of its own, a
 * few rows at a time. Rejects with `signal.reason` once aborted.
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
  const best: Candidate[] = [];
  for (const [id, logit] of row.entries()) {
    if (best.length === CANDIDATES && logit <= best.at(-1)!.probability) continue;
    const place = best.findIndex(({ probability }) => probability < logit);
    best.splice(place < 0 ? best.length : place, 0, { token: id, probability: logit });
    if (best.length > CANDIDATES) best.pop();
  }
  return {
    probability: Math.exp(row[token]! - total),
    candidates: best.map(({ token: id, probability: logit }) => ({ token: id, probability: Math.exp(logit - total) })),
  };
}

/** Mean of -ln p over the tokens, in nats; undefined without tokens, or when one of them is impossible. */
export function natsPerToken(scores: readonly TokenScore[]): number | undefined {
  if (scores.length === 0) return undefined;
  const nats = scores.reduce((sum, { probability }) => sum - Math.log(probability), 0) / scores.length;
  return Number.isFinite(nats) ? nats : undefined;
}
