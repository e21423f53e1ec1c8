import type { TokenId } from "./model.ts";
import type { RandomSource } from "../random/random.ts";

/** The prefix that a row of logits follows. */
export interface Sequence {
  /** Prompt and output so far, shape (n,); the row predicts position n. A view: copy it to keep it. */
  readonly tokens: Int32Array;
  /** The first `promptLength` of `tokens` are the prompt. */
  readonly promptLength: number;
}

/**
 * Edits one row of logits, shape (vocabSize,), in place; -Infinity forbids a token.
 * Must be a pure function of row and prefix, so that it applies to every row of a verified draft.
 */
export type LogitsProcessor = (row: Float32Array, context: Sequence) => void;

/** Turns a row of logits into a distribution, and a distribution into a token. */
export interface Sampler {
  readonly name: string;
  /**
   * Returns the probabilities of the next token, shape (vocabSize,), float64, summing to 1 up to rounding; excluded tokens have 0.
   * Does not write to `row`. The caller owns the result.
   * @throws LogitsError if the row has no distribution.
   */
  distribution(row: Float32Array, context: Sequence): Float64Array;
  /** Draws a token; a token with probability 0 is never drawn. */
  pick(probabilities: Float64Array, random: RandomSource): TokenId;
}
