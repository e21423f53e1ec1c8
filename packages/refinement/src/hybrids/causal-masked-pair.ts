import {
  type DecodeContext,
  type ForwardEndEvent,
  type ReportingMaskedSession,
  type ReportingSession,
  type TokenId,
} from "@decodekit/core";
import { concatTokens, drawToken, negativeLogLikelihood } from "@decodekit/core/toolkit";
import type { Sampling } from "../predictions.ts";
import { type CanvasRows, type PredictDetails, predictRows, rowsOf } from "../predictor.ts";

/** The context of a decode with both models. */
export type PairContext = DecodeContext<"causal" | "masked">;

/**
 * A causal and a masked model that continue the same committed tokens: one network with two streams that share a cache, or two models.
 * Committed tokens that are not in the causal cache yet are read at the start of the next pass, so that a commit needs no pass of its
 * own.
 */
export interface CausalMaskedPair {
  /** Returns logits for every position of `canvas`, which follows the committed tokens. Valid until the next pass. */
  predict(canvas: Int32Array, details: PredictDetails): AsyncGenerator<ForwardEndEvent, CanvasRows, void>;
  /** Runs one causal pass over `tokens`, shape (n,), n >= 1, after the committed ones. Its rows are valid until the next pass. */
  score(tokens: Int32Array): AsyncGenerator<ForwardEndEvent, Score, void>;
  /**
   * Returns the causal row after `tokens`, shape (n,), n >= 0, which follow the committed ones. Valid until the next pass. Tokens that were
   * read since the last `discardUncommitted` are not read again.
   */
  next(tokens: Int32Array): AsyncGenerator<ForwardEndEvent, Float32Array, void>;
  /** Discards tokens that were read but not committed. */
  discardUncommitted(): Promise<void>;
}

/** The likelihood of some tokens under the causal model. */
export interface Score {
  /** -ln p of each token given all before it, at temperature 1, shape (n,), in nats. */
  readonly negativeLogLikelihoods: Float64Array;
  /** The logits after the last token, shape (vocabSize,). */
  readonly next: Float32Array;
}

/** Opens both sessions and reads the prompt up to its last token, which the next pass reads. */
export async function* openCausalMaskedPair(context: PairContext): AsyncGenerator<ForwardEndEvent, CausalMaskedPair, void> {
  const causal = await context.openSession("causal");
  const masked = await context.openMaskedSession("masked", causal.session);
  const prompt = context.tokens.subarray(0, context.promptLength - 1);
  if (prompt.length > 0) yield* causal.forward(prompt, "prefill");
  return { predict: (canvas, details) => predict(context, masked, canvas, details), ...scoring(context, causal) };
}

async function* predict(
  context: PairContext,
  masked: ReportingMaskedSession,
  canvas: Int32Array,
  details: PredictDetails,
): AsyncGenerator<ForwardEndEvent, CanvasRows, void> {
  const committed = context.tokens;
  if (masked.session.length < context.promptLength - 1) {
    yield* masked.commit(committed.slice(masked.session.length, context.promptLength - 1), "prefill");
  }
  const pending = committed.subarray(masked.session.length);
  const logits = yield* predictRows(masked, concatTokens(pending, canvas), details, "refine");
  return rowsOf(logits, canvas.length, pending.length);
}

function scoring(context: PairContext, causal: ReportingSession): Pick<CausalMaskedPair, "score" | "next" | "discardUncommitted"> {
  const { session } = causal;
  return {
    async *score(tokens) {
      const input = concatTokens(context.tokens.subarray(session.length), tokens);
      const logits = yield* causal.forward(input, "verify", tokens.length + 1);
      const negativeLogLikelihoods = Float64Array.from(tokens, (token, index) => negativeLogLikelihood(logits.row(index), token));
      return { negativeLogLikelihoods, next: logits.row(tokens.length) };
    },
    async *next(tokens) {
      const unread = concatTokens(context.tokens, tokens).subarray(session.length);
      return (yield* causal.forward(unread, "decode")).row(0);
    },
    async discardUncommitted() {
      // The last committed token is read again: its row predicts the next token.
      if (session.length >= context.tokens.length) await session.rewindTo(context.tokens.length - 1);
    },
  };
}

/** Draws the token after `tokens` from a causal row with `sampling`. */
export function drawNext(context: PairContext, sampling: Sampling, row: Float32Array, tokens: Int32Array): TokenId {
  const sequence = { tokens, promptLength: context.promptLength };
  const edited = row.slice();
  for (const processor of sampling.processors) processor(edited, sequence);
  return drawToken(sampling.samplerAt(0, 1), edited, sequence, () => context.random.fork(tokens.length));
}
