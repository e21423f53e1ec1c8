import type { Sampler } from "../contracts/sampler.ts";
import { greedySampler } from "./greedy-sampler.ts";
import { nucleusOf } from "./nucleus.ts";
import { softmax } from "./softmax.ts";

/**
 * Returns a sampler of softmax(logits / temperature), float64, cut to the nucleus of probability `p` and renormalised: the token that
 * crosses p is kept, and the lowest id comes first among equals. `temperature` is >= 0, where 0 is `greedySampler`; `p` is in (0, 1],
 * where 1 keeps all tokens. Neither is checked.
 */
export function temperatureSampler(temperature: number, p = 1): Sampler {
  if (temperature === 0) return greedySampler;
  return {
    name: "temperature",
    distribution(row) {
      const probabilities = softmax(row, temperature);
      if (p === 1) return probabilities;
      const { tokens, mass } = nucleusOf(probabilities, p);
      const cut = new Float64Array(row.length);
      for (const token of tokens) cut[token] = probabilities[token]! / mass;
      return cut;
    },
    pick: (probabilities, random) => random.categorical(probabilities),
  };
}
