import {
  type LogitsProcessor,
  type RandomSource,
  type Sampler,
  sampleToken,
  type SamplingContext,
  softmax,
  type TokenId,
} from "@decodekit/core";
import type { CanvasRows } from "./predictor.ts";
import type { Predictions } from "./step.ts";

/** How rows become distributions and candidates. */
export interface Sampling {
  readonly processors: readonly LogitsProcessor[];
  /** Draws the candidates in step `step` of `steps`. */
  samplerAt(step: number, steps: number): Sampler;
  /** Whose distribution selections and revisions look at. */
  readonly scores: "model" | "sampler";
}

export interface PredictionSource {
  readonly rows: CanvasRows;
  readonly sampler: Sampler;
  readonly sampling: Pick<Sampling, "processors" | "scores">;
  /** Prefix and canvas, shape (n,): the tokens before a position are its context. */
  readonly sequence: Int32Array;
  /** Where in `sequence` the canvas starts. */
  readonly start: number;
  readonly promptLength: number;
  readonly vocabSize: number;
  readonly maskTokenId: TokenId;
  /** The token at position n of the sequence draws from `random.fork(n)`. */
  readonly random: RandomSource;
}

/** What one step makes of a pass. Every row is read and processed once, when it is first asked for. */
export function predictionsOf(source: PredictionSource): Predictions {
  const { sampler, start, promptLength } = source;
  const rows = new Map<number, Float32Array>();
  const leftOutRows = new Map<number, Float64Array>();
  const scored = new Map<number, Float64Array>();
  const candidates = new Map<number, TokenId>();
  const contextAt = (position: number): SamplingContext => ({ tokens: source.sequence.subarray(0, start + position), promptLength });
  const rowAt = (position: number): Float32Array => remembered(rows, position, () => readRow(source, position, "read"));
  const fromSampler = source.sampling.scores === "sampler";
  const probabilities = (position: number): Float64Array =>
    remembered(scored, position, () =>
      fromSampler ? sampler.distribution(rowAt(position), contextAt(position)) : softmax(rowAt(position)),
    );
  const draw = (position: number): TokenId => {
    const random = source.random.fork(start + position);
    if (fromSampler) return sampler.pick(probabilities(position), random);
    return sampleToken(sampler, rowAt(position), contextAt(position), () => random);
  };
  return {
    probabilities,
    leftOut: (position) => remembered(leftOutRows, position, () => softmax(readRow(source, position, "readLeftOut"))),
    candidate: (position) => remembered(candidates, position, () => draw(position)),
  };
}

/** A row of `position` as a copy, processed, with the mask token forbidden. */
function readRow(source: PredictionSource, position: number, read: keyof CanvasRows): Float32Array {
  const { rows, sampling, sequence, start, promptLength, vocabSize, maskTokenId } = source;
  const row = new Float32Array(vocabSize);
  rows[read](position, row);
  row[maskTokenId] = -Infinity;
  for (const processor of sampling.processors) processor(row, { tokens: sequence.subarray(0, start + position), promptLength });
  row[maskTokenId] = -Infinity;
  return row;
}

function remembered<Value>(values: Map<number, Value>, key: number, make: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const made = make();
  values.set(key, made);
  return made;
}
