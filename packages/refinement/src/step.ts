import type { RandomSource, TokenId } from "@decodekit/core";

/** What a pass says about the positions of a canvas, positions counting from 0 at its start. */
export interface Predictions {
  /**
   * Distribution of the token at `position`, shape (V,), float64, summing to 1 up to rounding; the mask token has 0.
   * From the model's row after guidance and processors, at temperature 1, or from the sampler where `scores` is "sampler".
   * Not to be written to; nobody else writes to it either.
   */
  readonly probabilities: (position: number) => Float64Array;
  /** The same from a row that does not see the token at `position`. Only for a revision that `readsLeftOut`. */
  readonly leftOut: (position: number) => Float64Array;
  /** The token drawn for `position` in this step: always the same one, drawn when it is first asked for. */
  candidate(position: number): TokenId;
}

/** A canvas between a pass and what is made of it. Positions count from 0 at the start of the canvas. */
export interface RefineStep {
  /** Number of the step on this canvas, from 0. */
  readonly step: number;
  /** Most steps on this canvas. */
  readonly steps: number;
  /** How many positions were open when the canvas was new. */
  readonly initial: number;
  /** Tokens, shape (n,); the mask token stands for an unknown one. Not to be written to. */
  readonly tokens: Int32Array;
  /** What the pass has read, shape (n,): `tokens`, and noise where they are unknown, if that is what stands for it. */
  readonly seen: Int32Array;
  /** Positions without a token, or whose token is not settled, ascending. */
  readonly open: readonly number[];
  /** Positions whose token may change, ascending: neither open nor fixed. */
  readonly filled: readonly number[];
  /** Probability that the token of each filled position had when it was put there, shape (n,). Not to be written to. */
  readonly confidence: Float64Array;
  readonly predictions: Predictions;
  /** For draws of the part that is asked, in this step alone. */
  readonly random: RandomSource;
}

/** A position and how much there is to be said for it; the higher the better. */
export interface ScoredPosition {
  readonly position: number;
  readonly score: number;
}
