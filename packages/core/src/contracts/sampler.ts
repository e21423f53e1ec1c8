import type { RowPart, RowReads, TokenId } from "./model.ts";
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

/** How a sampler finds its distribution from a part of a row. */
export interface PartialSampling {
  /** The part that it needs. */
  readonly reads: RowReads;
  /** The sampler's own `distribution`. In a copy of the sampler with another one, this object has no effect. */
  readonly equals: Sampler["distribution"];
  /**
   * Returns what `equals` returns for the whole row, bit for bit, shape (vocabSize,), or undefined if the part does not decide it: a token
   * that is missing from the part may matter, or the error of its tail. The caller owns the result.
   */
  distribution(part: RowPart, vocabSize: number): Float64Array | undefined;
}

/** Turns a row of logits into a distribution, and a distribution into a token. */
export interface Sampler {
  readonly name: string;
  /**
   * Returns the probabilities of the next token, shape (vocabSize,), float64, summing to 1 up to rounding; excluded tokens have 0.
   * Does not write to `row`. The caller owns the result.
   * @throws LogitsError if the row has no distribution.
   */
  distribution(row: Float32Array, context: Sequence): Float64Array;
  /** How to find the distribution from a part of the row, if it depends on nothing else. @defaultValue whole rows are read */
  readonly partial?: PartialSampling | undefined;
  /** Draws a token; a token with probability 0 is never drawn. */
  pick(probabilities: Float64Array, random: RandomSource): TokenId;
}
