import { type RandomSource, type Sampler, sampleToken, type SamplingContext, type TokenId } from "@decodekit/core";

/** Draws a token as `sampler` would after `row`, and gives the distribution `q` that it was drawn from where `needsRow`. */
export function drawToken(
  sampler: Sampler,
  row: Float32Array,
  context: SamplingContext,
  { random, needsRow }: { readonly random: RandomSource; readonly needsRow: boolean },
): { readonly token: TokenId; readonly q?: Float64Array } {
  if (!needsRow) return { token: sampleToken(sampler, row, context, () => random) };
  const q = sampler.distribution(row, context);
  return { token: sampler.pick(q, random), q };
}
