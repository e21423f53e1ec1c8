import type { TokenId } from "../contracts/model.ts";
import type { Sampler, Sequence } from "../contracts/sampler.ts";
import type { RandomSource } from "../random/random.ts";
import { argmax } from "./argmax.ts";
import { isGreedy } from "./greedy-sampler.ts";

/**
 * Draws the token that follows `sequence` from its logits `row`, shape (vocabSize,), which is not written to. Equivalent to
 * `sampler.pick(sampler.distribution(row, sequence), random())`; the greedy sampler needs neither, and one with `draw` no distribution.
 * @throws LogitsError if the row has no distribution.
 */
export function drawToken(sampler: Sampler, row: Float32Array, sequence: Sequence, random: () => RandomSource): TokenId {
  if (isGreedy(sampler)) return argmax(row);
  const source = random();
  return sampler.draw?.(row, sequence, source) ?? sampler.pick(sampler.distribution(row, sequence), source);
}
