import type { TokenId } from "./model.ts";
import type { RandomSource } from "./random.ts";
import type { Sampler, SamplingContext } from "./sampler.ts";
import { argmax } from "./sampling/argmax.ts";

/** Always the likeliest token; the lowest id wins a tie. Draws nothing. */
export const greedySampler: Sampler = {
  name: "greedy",
  distribution(row) {
    const probabilities = new Float64Array(row.length);
    probabilities[argmax(row)] = 1;
    return probabilities;
  },
  pick: argmax,
};

/** Whether `sampler` draws as `greedySampler` does: then `argmax(row)` is its token, and no distribution is needed. */
export function isGreedy(sampler: Sampler): boolean {
  return sampler.distribution === greedySampler.distribution && sampler.pick === greedySampler.pick;
}

/**
 * Draws the token after `row`, shape (vocabSize,), which is not written to: `pick(distribution(row, context), random())`, by a shorter way
 * for the greedy sampler, which never asks for `random`. @throws LogitsError when the row has no distribution.
 */
export function sampleToken(sampler: Sampler, row: Float32Array, context: SamplingContext, random: () => RandomSource): TokenId {
  return isGreedy(sampler) ? argmax(row) : sampler.pick(sampler.distribution(row, context), random());
}
