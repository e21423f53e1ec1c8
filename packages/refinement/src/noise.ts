import type { MaskedModel, RandomSource } from "@decodekit/core";

/** The stream of a step's random source for noise. */
export const NOISE = 4;

/** Writes random tokens to `positions` of `out`, uniform over all but the mask token. Position n draws from `random.fork(n)`. */
export function drawNoise(
  out: Int32Array,
  positions: readonly number[],
  { vocabSize, maskTokenId }: Pick<MaskedModel, "vocabSize" | "maskTokenId">,
  random: RandomSource,
): void {
  const weights = new Float64Array(vocabSize).fill(1);
  weights[maskTokenId] = 0;
  for (const position of positions) out[position] = random.fork(position).categorical(weights);
}
