import type { TokenId } from "./model.ts";
import type { RandomSource } from "./random.ts";

/** The prefix that a row of logits follows. */
export interface SamplingContext {
  /** Prompt and output so far, shape (n,); the row predicts position n. A view: copy what must last. */
  readonly tokens: Int32Array;
  /** The first `promptLength` of `tokens` are the prompt. */
  readonly promptLength: number;
}

/**
 * Edits one row of logits, shape (vocabSize,), in place; -Infinity forbids a token.
 * A pure function of row and prefix, so that it is right for every row of a verified draft.
 */
export type LogitsProcessor = (row: Float32Array, context: SamplingContext) => void;

/** Turns a row of logits into a distribution, and a distribution into a token. */
export interface Sampler {
  readonly name: string;
  /**
   * Probabilities of the next token, shape (vocabSize,), float64, summing to 1 up to rounding; 0 is cut off.
   * Does not write to `row`. The result is the caller's.
   * @throws LogitsError when the row has no distribution.
   */
  distribution(row: Float32Array, context: SamplingContext): Float64Array;
  /** Draws a token; one with probability 0 is never drawn. */
  pick(probabilities: Float64Array, random: RandomSource): TokenId;
}
