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
export interface LogitsProcessor {
  (row: Float32Array, context: Sequence): void;
  /** What it does, with its settings, for people: "top-k(40)". @defaultValue the name of the function */
  readonly label?: string | undefined;
  /**
   * Whether the most likely token of the row that it receives, the lowest id in a tie, is still among the most likely ones of the row that
   * it leaves. A decoder that takes only the most likely token then takes it without this processor. @defaultValue false
   */
  readonly argmaxInvariant?: boolean | undefined;
  /**
   * Does the same to a row of which only some tokens are left, without looking at the others, for a chain of processors.
   * @defaultValue the processor is called with the whole row
   */
  readonly narrow?: ((candidates: Candidates, context: Sequence) => void) | undefined;
}

/** A row of logits in a chain of processors, and which of its tokens are left: those above -Infinity. */
export interface Candidates {
  /** Shape (vocabSize,), -Infinity for every token that is not left. May be written to at the tokens that are left. */
  readonly row: Float32Array;
  /** The tokens that are left, ascending, shape (n,); undefined while they are not known to be fewer than all. */
  readonly tokens: ArrayLike<TokenId> | undefined;
  /** Keeps `tokens`, some of those that are left, in any order, and forbids all others. */
  keep(tokens: ArrayLike<TokenId>): void;
}

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
  /**
   * Returns what `pick(distribution(row, context), random)` returns, without an array of the size of the vocabulary. Does not write to
   * `row`. Returns undefined, before it draws, in a copy of the sampler with another `distribution` or `pick`: see `drawDirectly` of
   * `@decodekit/core/toolkit`. @defaultValue `pick` is given the distribution
   */
  draw?(row: Float32Array, context: Sequence, random: RandomSource): TokenId | undefined;
  /** Draws a token; a token with probability 0 is never drawn. */
  pick(probabilities: Float64Array, random: RandomSource): TokenId;
}
