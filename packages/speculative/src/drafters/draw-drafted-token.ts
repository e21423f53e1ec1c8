import { type RandomSource, type Sampler, type Sequence, type TokenId } from "@decodekit/core";
import { drawToken } from "@decodekit/core/toolkit";

/**
 * Draws the token of a draft that follows `sequence`, whose logits are `row`. With `needsProbabilities` it also returns the distribution
 * that the token was drawn from, shape (vocabSize,).
 */
export function drawDraftedToken(
  sampler: Sampler,
  row: Float32Array,
  sequence: Sequence,
  { random, needsProbabilities }: { readonly random: RandomSource; readonly needsProbabilities: boolean },
): { readonly token: TokenId; readonly probabilities?: Float64Array } {
  if (!needsProbabilities) return { token: drawToken(sampler, row, sequence, () => random) };
  const probabilities = sampler.distribution(row, sequence);
  return { token: sampler.pick(probabilities, random), probabilities };
}
