import { argmax, type LogitsProcessor, type RandomSource, type Sampler, type SamplingContext } from "@decodekit/core";
import type { Said } from "./best-path.ts";

/** How rows become tokens. */
export interface Saying {
  /** Edit every row first. */
  readonly processors: readonly LogitsProcessor[];
  /** Draws the tokens; without one it is the likeliest. */
  readonly sampler: Sampler | undefined;
}

/** What is said after the prefix of `context`, whose next token has logits `row`, which stays as it is, and draws from `random`. */
export function saidBy({ processors, sampler }: Saying, row: Float32Array, context: SamplingContext, random: RandomSource): Said {
  const edited = processors.length === 0 ? row : row.slice();
  for (const processor of processors) processor(edited, context);
  if (!sampler) {
    const token = argmax(edited);
    return { token, costOf: (other) => edited[token]! - edited[other]! };
  }
  const probabilities = sampler.distribution(edited, context);
  const token = sampler.pick(probabilities, random);
  return { token, costOf: (other) => Math.max(0, Math.log(probabilities[token]! / probabilities[other]!)) };
}
