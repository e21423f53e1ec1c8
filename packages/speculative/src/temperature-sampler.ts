import { greedySampler, type Sampler, softmax } from "@decodekit/core";

/**
 * Softmax of logits / temperature, cut to the likeliest tokens that together reach probability `p`, the crossing one included, the
 * lowest id first among equals; greedy at temperature 0. Both must be in range. For the plugin, which has no other package to
 * take a sampler from.
 */
export function temperatureSampler(temperature: number, p: number): Sampler {
  if (temperature === 0) return greedySampler;
  return {
    name: "temperature",
    distribution(row) {
      const probabilities = softmax(row, temperature);
      return p < 1 ? cutToNucleus(probabilities, p) : probabilities;
    },
    pick: (probabilities, random) => random.categorical(probabilities),
  };
}

function cutToNucleus(probabilities: Float64Array, p: number): Float64Array {
  const order = [...probabilities.keys()].filter((token) => probabilities[token]! > 0);
  order.sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  let mass = 0;
  const crossing = order.findIndex((token) => (mass += probabilities[token]!) >= p);
  const cut = new Float64Array(probabilities.length);
  for (const token of crossing < 0 ? order : order.slice(0, crossing + 1)) cut[token] = probabilities[token]! / mass;
  return cut;
}
