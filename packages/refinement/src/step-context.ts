import type { RandomSource, TokenId } from "@decodekit/core";

/** The predictions of a pass for the positions of a canvas, which count from 0 at its start. */
export interface Predictions {
  /**
   * Distribution of the token at `position`, shape (V,), float64, summing to 1 up to rounding; the mask token has probability 0.
   * From the model's row after guidance and processors, at temperature 1, or from the sampler if `scores` is "sampler".
   * Immutable: neither the caller nor anyone else may write to it.
   */
  readonly probabilities: (position: number) => Float64Array;
  /** The same from a row that does not see the token at `position`. Only for revisions with `needsLeaveOneOut`. */
  readonly leaveOneOut: (position: number) => Float64Array;
  /** The token drawn for `position` in this step. Drawn on the first call; later calls return the same token. */
  candidate(position: number): TokenId;
}

/** The state of a canvas after a pass and before its tokens are committed. Positions count from 0 at the start of the canvas. */
export interface RefineStep {
  /** Number of the step on this canvas, from 0. */
  readonly step: number;
  /** Maximum steps on this canvas. */
  readonly steps: number;
  /** Number of open positions at the start of the canvas. */
  readonly initial: number;
  /** Tokens, shape (n,); the mask token stands for an unknown one. Do not write to it. */
  readonly tokens: Int32Array;
  /** The input of the pass, shape (n,): `tokens`, with noise for unknown ones if noise is uniform. */
  readonly seen: Int32Array;
  /** Positions without a token, or whose token is to be decided again, in ascending order. */
  readonly open: readonly number[];
  /** Positions whose token may change, in ascending order: neither open nor fixed. */
  readonly filled: readonly number[];
  /** Probability of each filled position's token when it was put there, shape (n,). Do not write to it. */
  readonly confidence: Float64Array;
  readonly predictions: Predictions;
  /** A random source for this part in this step only. */
  readonly random: RandomSource;
}

/** A position and its score; higher is better. */
export interface ScoredPosition {
  readonly position: number;
  readonly score: number;
}
