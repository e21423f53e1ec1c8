/** Chooses a token from a row of logits, shape (vocabSize,), which it may change. */
export type PickToken = (row: Float32Array) => unknown;

export interface MeasuredSampler {
  readonly library: string;
  readonly sampler: string;
  readonly pick: PickToken;
}

/** The name of the baseline that every sampler is compared with. */
export const SUM_OF_EXPONENTIALS = "sum of exponentials";
