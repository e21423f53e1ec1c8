import type { Sampler } from "./sampler.ts";
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
  sample: argmax,
};
