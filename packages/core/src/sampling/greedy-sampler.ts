import type { Sampler } from "../contracts/sampler.ts";
import { argmax } from "./argmax.ts";

/** A sampler that always picks the most likely token; the lowest id wins a tie. Uses no randomness. */
export const greedySampler: Sampler = {
  name: "greedy",
  distribution(row) {
    const probabilities = new Float64Array(row.length);
    probabilities[argmax(row)] = 1;
    return probabilities;
  },
  pick: argmax,
};

/** Returns whether `sampler` chooses as `greedySampler` does; its token is then `argmax(row)`, without a distribution. */
export function isGreedy(sampler: Sampler): boolean {
  return sampler.distribution === greedySampler.distribution && sampler.pick === greedySampler.pick;
}
