import type { RandomSource } from "../random/random.ts";

/** One draw and its result. `path` holds the keys of the forks that led to its source, outermost first. */
export type RandomDraw = { readonly path: readonly number[] } & (
  | { readonly kind: "uniform"; readonly value: number }
  | { readonly kind: "bernoulli"; readonly probability: number; readonly value: boolean }
  | { readonly kind: "categorical"; readonly weights: Float64Array; readonly value: number }
);

export interface RecordingRandom extends RandomSource {
  /** All draws so far, including those of forks, in order. Grows as draws are made. */
  readonly draws: readonly RandomDraw[];
}

/** Creates a random source that draws from `source` and records every draw. Weights are copied. */
export function recordingRandom(source: RandomSource): RecordingRandom {
  const draws: RandomDraw[] = [];
  return { ...recorded(source, [], draws), draws };
}

function recorded(source: RandomSource, path: readonly number[], draws: RandomDraw[]): RandomSource {
  return {
    uniform() {
      const value = source.uniform();
      draws.push({ path, kind: "uniform", value });
      return value;
    },
    bernoulli(probability) {
      const value = source.bernoulli(probability);
      draws.push({ path, kind: "bernoulli", probability, value });
      return value;
    },
    categorical(weights) {
      const value = source.categorical(weights);
      draws.push({ path, kind: "categorical", weights: Float64Array.from(weights), value });
      return value;
    },
    fork: (key) => recorded(source.fork(key), [...path, key], draws),
  };
}
