import type { Sampler } from "../contracts/sampler.ts";
import { argmax } from "./argmax.ts";

/** A sampler that always picks the most likely token; the lowest id wins a tie. Uses no randomness. */
export const greedySampler: Sampler = {
  name: "greedy",
  distribution,
  partial: {
    reads: { top: 1, tokensOnly: true },
    equals: distribution,
    distribution: ({ tokens: [token] }, vocabSize) => certainOf(token, vocabSize),
  },
  pick: argmax,
};

function distribution(row: Float32Array): Float64Array {
  return certainOf(argmax(row), row.length)!;
}

function certainOf(token: number | undefined, vocabSize: number): Float64Array | undefined {
  return token === undefined ? token : new Float64Array(vocabSize).fill(1, token, token + 1);
}

/** Returns whether `sampler` chooses as `greedySampler` does; its token is then `argmax(row)`, without a distribution. */
export function isGreedy(sampler: Sampler): boolean {
  return sampler.distribution === distribution && sampler.pick === argmax;
}
