import {
  type DecodeRun,
  type ForwardEndEvent,
  logSumExp,
  type Logits,
  type ReportingMaskedSession,
  type ReportingSession,
  sampleToken,
  type TokenId,
} from "@decodekit/core";
import type { Sampling } from "../predictions.ts";
import { type CanvasRows, type PredictDetails, predictRows, rowsOf } from "../predictor.ts";

/** A decode that has both streams. */
export type TwoStreamRun = DecodeRun<"causal" | "masked">;

/**
 * A causal and a masked model that go on from the same committed tokens: one network with two streams, whose cache they share, or
 * two models. Committed tokens that the causal cache does not hold yet are read at the start of the next pass, so that committing
 * takes no pass of its own.
 */
export interface TwoStreams {
  /** Logits for every position of `canvas`, which comes after the committed tokens. Valid until the next pass. */
  predict(canvas: Int32Array, details: PredictDetails): AsyncGenerator<ForwardEndEvent, CanvasRows, void>;
  /** One causal pass over `tokens`, shape (n,), n >= 1, after the committed ones. Its rows are valid until the next pass. */
  judge(tokens: Int32Array): AsyncGenerator<ForwardEndEvent, Judgement, void>;
  /**
   * The causal row after `tokens`, shape (n,), n >= 0, which come after the committed ones; valid until the next pass. What
   * calls since the last `forget` have read of them is not read again.
   */
  next(tokens: Int32Array): AsyncGenerator<ForwardEndEvent, Float32Array, void>;
  /** Forgets tokens that were read but not committed. */
  forget(): Promise<void>;
}

/** What the causal stream makes of some tokens. */
export interface Judgement {
  /** -ln p of each token given all before it, at temperature 1, shape (n,), in nats. */
  readonly nats: Float64Array;
  /** The row that follows the last of them, shape (V,): what comes next. */
  readonly next: Float32Array;
}

/** Opens both and reads the prompt up to its last token, which the next pass reads. */
export async function* openTwoStreams(run: TwoStreamRun): AsyncGenerator<ForwardEndEvent, TwoStreams, void> {
  const causal = await run.openSession("causal");
  const masked = await run.openMaskedSession("masked", causal.session);
  const prompt = run.tokens.subarray(0, run.promptLength - 1);
  if (prompt.length > 0) yield* causal.forward(prompt, "prefill");
  return { predict: (canvas, details) => predict(run, masked, canvas, details), ...judging(run, causal) };
}

async function* predict(
  run: TwoStreamRun,
  masked: ReportingMaskedSession,
  canvas: Int32Array,
  details: PredictDetails,
): AsyncGenerator<ForwardEndEvent, CanvasRows, void> {
  const committed = run.tokens;
  if (masked.session.length < run.promptLength - 1) {
    yield* masked.commit(committed.slice(masked.session.length, run.promptLength - 1), "prefill");
  }
  const pending = committed.subarray(masked.session.length);
  const logits = yield* predictRows(masked, joined(pending, canvas), details, "refine");
  return rowsOf(logits, canvas.length, pending.length);
}

function judging(run: TwoStreamRun, causal: ReportingSession): Pick<TwoStreams, "judge" | "next" | "forget"> {
  const { session } = causal;
  return {
    async *judge(tokens) {
      const input = joined(run.tokens.subarray(session.length), tokens);
      const logits = yield* causal.forward(input, "verify", tokens.length + 1);
      return { nats: natsOf(logits, tokens), next: logits.row(tokens.length) };
    },
    async *next(tokens) {
      const unread = joined(run.tokens, tokens).subarray(session.length);
      return (yield* causal.forward(unread, "decode")).row(0);
    },
    async forget() {
      // The last committed token is read again: its row predicts the first of those that come.
      if (session.length >= run.tokens.length) await session.rewindTo(run.tokens.length - 1);
    },
  };
}

function natsOf(logits: Logits, tokens: Int32Array): Float64Array {
  return Float64Array.from(tokens, (token, index) => {
    const row = logits.row(index);
    return logSumExp(row) - row[token]!;
  });
}

/** The token that `sampling` draws from a causal row for the position after `sequence`. */
export function drawNext(run: TwoStreamRun, sampling: Sampling, row: Float32Array, sequence: Int32Array): TokenId {
  const context = { tokens: sequence, promptLength: run.promptLength };
  const edited = row.slice();
  for (const processor of sampling.processors) processor(edited, context);
  return sampleToken(sampling.samplerAt(0, 1), edited, context, () => run.random.fork(sequence.length));
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** `first` followed by `second`. */
export function joined(first: Int32Array, second: ArrayLike<TokenId>): Int32Array {
  const all = new Int32Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
