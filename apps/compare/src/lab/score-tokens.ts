import { type CausalModel, logSumExp, type Sampler, type Sequence, type TokenId } from "@decodekit/core";
import { topK } from "@decodekit/core/toolkit";
import type { Candidate, DistributionCut, TokenScore } from "../trace/trace.ts";

/** Likeliest tokens of each distribution that are kept. */
export const CANDIDATES = 8;
/** Tokens that were shown at a position and taken back, of which the probability is kept. */
const MOST_SHOWN = 8;
const LOGITS_PER_PASS = 2 ** 16;

export interface ScoreOptions {
  /**
   * How the tokens were drawn, as the decoder declares it; one that remembers rows must be new. Without it, only the model's own
   * distribution is known.
   */
  readonly sampler?: Sampler | undefined;
  /** Number of tokens at the start of the output that were given, not drawn. @defaultValue 0 */
  readonly given?: number | undefined;
  /** By output position: tokens that were shown there besides the final one. @defaultValue none */
  readonly shown?: ReadonlyMap<number, readonly TokenId[]> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Scores every token of `output` after `prompt`, both token ids, under `model` at temperature 1, and under what `sampler` makes of the same
 * rows. Uses its own session and reads a few rows at a time. Rejects with `signal.reason` once aborted.
 */
export async function scoreTokens(
  model: CausalModel,
  prompt: ArrayLike<number>,
  output: ArrayLike<number>,
  { sampler, given = 0, shown, signal }: ScoreOptions = {},
): Promise<TokenScore[]> {
  const sequence = Int32Array.from([...Array.from(prompt), ...Array.from(output)]);
  const promptLength = prompt.length + given;
  const rowsPerPass = Math.max(1, Math.floor(LOGITS_PER_PASS / model.vocabSize));
  const session = await model.createSession();
  const scores: TokenScore[] = [];
  try {
    while (scores.length < output.length) {
      const rows = Math.min(rowsPerPass, output.length - scores.length);
      const first = prompt.length + scores.length;
      const logits = await session.forward(sequence.slice(session.length, first + rows - 1), { rows, signal });
      for (let index = 0; index < rows; index++) {
        const position = first + index;
        const context: Sequence = { tokens: sequence.subarray(0, position), promptLength };
        const row = logits.row(index);
        const after = position < promptLength ? undefined : sampler?.distribution(row, context);
        scores.push(scoreRow(row, sequence[position]!, { after, shown: shown?.get(scores.length)?.slice(-MOST_SHOWN) }));
      }
    }
    return scores;
  } finally {
    await session.dispose();
  }
}

interface Compared {
  /** What the decoder drew from, shape (vocabSize,). */
  readonly after: Float64Array | undefined;
  readonly shown: readonly TokenId[] | undefined;
}

function scoreRow(row: Float32Array, token: TokenId, { after, shown = [] }: Compared): TokenScore {
  const total = logSumExp(row);
  const probabilityOf = (id: TokenId): number => Math.exp(row[id]! - total);
  const likeliestAfter = after ? topK(after, CANDIDATES).filter((id) => after[id]! > 0) : [];
  const tokens = new Set([...topK(row, CANDIDATES), ...likeliestAfter, ...shown, token]);
  const candidates = [...tokens]
    .toSorted((a, b) => row[b]! - row[a]! || a - b)
    .map((id): Candidate => ({ token: id, probability: probabilityOf(id), ...(after && { after: after[id]! }) }));
  return { probability: probabilityOf(token), rank: rankOf(row, token), candidates, ...(after && { cut: cutOf(after, probabilityOf) }) };
}

/** Returns the place of a token among all, from 1; the lowest id comes first among equals. */
function rankOf(row: Float32Array, token: TokenId): number {
  const own = row[token]!;
  let rank = 1;
  for (let id = 0; id < row.length; id++) if (row[id]! > own || (row[id] === own && id < token)) rank++;
  return rank;
}

function cutOf(after: Float64Array, probabilityOf: (id: TokenId) => number): DistributionCut {
  let left = 0;
  let mass = 0;
  for (let id = 0; id < after.length; id++) {
    if (after[id]! > 0) left++;
    else mass += probabilityOf(id);
  }
  return { left, mass: Math.min(1, mass) };
}

/** Returns the mean of -ln p over the tokens, in nats; undefined without tokens or if a token has probability 0. */
export function natsPerToken(scores: readonly TokenScore[]): number | undefined {
  if (scores.length === 0) return undefined;
  const nats = scores.reduce((sum, { probability }) => sum - Math.log(probability), 0) / scores.length;
  return Number.isFinite(nats) ? nats : undefined;
}
