/** Chooses a token from a row of logits, shape (vocabSize,), which it may change. */
export type PickToken = (row: Float32Array) => unknown;

export interface MeasuredSampler {
  readonly library: string;
  readonly sampler: string;
  readonly pick: PickToken;
}
