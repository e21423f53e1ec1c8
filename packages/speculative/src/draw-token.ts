import type { RandomSource, Sampler, SamplingContext, TokenId } from "@decodekit/core";

/** Draws a token as `sampler` would after `row`, and gives the distribution `q` that it was drawn from where `needsRow`. */
export function drawToken(
  sampler: Sampler,
  row: Float32Array,
  context: SamplingContext,
  { random, needsRow }: { readonly random: RandomSource; readonly needsRow: boolean },
): { readonly token: TokenId; readonly q?: Float64Array } {
  if (!needsRow && sampler.sample) return { token: sampler.sample(row, context, random) };
  const q = sampler.distribution(row, context);
  const token = sampler.pick(q, random);
  return needsRow ? { token, q } : { token };
}
