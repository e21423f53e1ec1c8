import type { RowPart } from "../contracts/model.ts";
import type { Sampler } from "../contracts/sampler.ts";
import { argmax } from "./argmax.ts";

/** A sampler that always picks the most likely token; the lowest id wins a tie. Uses no randomness. */
export const greedySampler: Sampler = {
  name: "greedy",
  distribution,
  partial: {
    reads: { top: 1 },
    equals: distribution,
    distribution: ({ tokens }: RowPart, vocabSize) => (tokens.length > 0 ? certainOf(tokens[0]!, vocabSize) : undefined),
  },
  pick: argmax,
};

function distribution(row: Float32Array): Float64Array {
  return certainOf(argmax(row), row.length);
}

function certainOf(token: number, vocabSize: number): Float64Array {
  return new Float64Array(vocabSize).fill(1, token, token + 1);
}

/** Returns whether `sampler` chooses as `greedySampler` does; its token is then `argmax(row)`, without a distribution. */
export function isGreedy(sampler: Sampler): boolean {
  return sampler.distribution === distribution && sampler.pick === argmax;
}
