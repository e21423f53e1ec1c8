import { type LogitsProcessor, type RandomSource, type Sampler, type Sequence, softmax, type TokenId } from "@decodekit/core";
import { drawToken } from "@decodekit/core/toolkit";
import type { CanvasRows } from "./predictor.ts";
import type { Predictions } from "./step-context.ts";

/** How rows become distributions and candidates. */
export interface Sampling {
  readonly processors: readonly LogitsProcessor[];
  /** Draws the candidates in step `step` of `steps`. */
  samplerAt(step: number, steps: number): Sampler;
  /** The distributions that selections and revisions use. */
  readonly scores: "model" | "sampler";
}

export interface PredictionSource {
  readonly rows: CanvasRows;
  readonly sampler: Sampler;
  readonly sampling: Pick<Sampling, "processors" | "scores">;
  /** Prefix and canvas. A position is sampled given the tokens before it. */
  readonly sequence: Sequence;
  /** Index in `sequence` at which the canvas starts. */
  readonly start: number;
  readonly vocabSize: number;
  readonly maskTokenId: TokenId;
  /** The token at position n of the sequence draws from `random.fork(n)`. */
  readonly random: RandomSource;
}

/** Creates the predictions of one pass. Every row is read and processed once, when it is first needed. */
export function predictionsOf(source: PredictionSource): Predictions {
  const { sampler, start } = source;
  const rows = new Map<number, Float32Array>();
  const leaveOneOutRows = new Map<number, Float64Array>();
  const scored = new Map<number, Float64Array>();
  const candidates = new Map<number, TokenId>();
  const prefixOf = (position: number): Sequence => prefixAt(source, position);
  const rowAt = (position: number): Float32Array => memoized(rows, position, () => readRow(source, position, "read"));
  const fromSampler = source.sampling.scores === "sampler";
  const probabilities = (position: number): Float64Array =>
    memoized(scored, position, () => (fromSampler ? sampler.distribution(rowAt(position), prefixOf(position)) : softmax(rowAt(position))));
  const draw = (position: number): TokenId => {
    const random = source.random.fork(start + position);
    if (fromSampler) return sampler.pick(probabilities(position), random);
    return drawToken(sampler, rowAt(position), prefixOf(position), () => random);
  };
  return {
    probabilities,
    leaveOneOut: (position) => memoized(leaveOneOutRows, position, () => softmax(readRow(source, position, "readLeaveOneOut"))),
    candidate: (position) => memoized(candidates, position, () => draw(position)),
  };
}

/** A processed copy of the row of `position`, with the mask token forbidden. */
function readRow(source: PredictionSource, position: number, read: keyof CanvasRows): Float32Array {
  const { rows, sampling, vocabSize, maskTokenId } = source;
  const row = new Float32Array(vocabSize);
  rows[read](position, row);
  row[maskTokenId] = -Infinity;
  for (const processor of sampling.processors) processor(row, prefixAt(source, position));
  row[maskTokenId] = -Infinity;
  return row;
}

function prefixAt({ sequence, start }: PredictionSource, position: number): Sequence {
  return { tokens: sequence.tokens.subarray(0, start + position), promptLength: sequence.promptLength };
}

function memoized<Value>(values: Map<number, Value>, key: number, compute: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const computed = compute();
  values.set(key, computed);
  return computed;
}
