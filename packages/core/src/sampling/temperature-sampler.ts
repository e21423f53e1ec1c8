import type { TokenId } from "../contracts/model.ts";
import type { Sampler } from "../contracts/sampler.ts";
import { drawDirectly } from "./draw-directly.ts";
import { greedySampler } from "./greedy-sampler.ts";
import { nucleusOf } from "./nucleus.ts";
import { type NucleusOptions, nucleusOfPart } from "./nucleus-of-part.ts";
import { reusedArray } from "./reused-array.ts";
import { softmax } from "./softmax.ts";

/** Logits that are read of a row for a nucleus: enough for most, in about 1 kB. */
const TOP = 128;

/**
 * Returns a sampler of softmax(logits / temperature), float64, cut to the nucleus of probability `p` and renormalised: the token that
 * crosses p is kept, and the lowest id comes first among equals. `temperature` is >= 0, where 0 is `greedySampler`; `p` is in (0, 1],
 * where 1 keeps all tokens. Neither is checked. With p below 1 it finds most distributions from parts of rows.
 */
export function temperatureSampler(temperature: number, p = 1): Sampler {
  if (temperature === 0) return greedySampler;
  return p === 1 ? softmaxSampler(temperature) : nucleusSampler({ p, temperature });
}

const pick: Sampler["pick"] = (probabilities, random) => random.categorical(probabilities);

function softmaxSampler(temperature: number): Sampler {
  const probabilities = reusedArray();
  const distribution: Sampler["distribution"] = (row) => softmax(row, temperature);
  const draw = drawDirectly({ distribution, pick }, (row, _, random) =>
    random.categorical(softmax(row, temperature, probabilities(row.length))),
  );
  return { name: "temperature", distribution, draw, pick };
}

function nucleusSampler(options: NucleusOptions): Sampler {
  const { p, temperature } = options;
  const probabilities = reusedArray();
  const tokensOf = (row: Float32Array): TokenId[] =>
    nucleusOf(softmax(row, temperature, probabilities(row.length)), p).tokens.toSorted((a, b) => a - b);
  const distribution: Sampler["distribution"] = (row) => {
    const tokens = tokensOf(row);
    return spread(
      tokens,
      softmaxOf(tokens, (token) => row[token]!, temperature),
      row.length,
    );
  };
  return {
    name: "temperature",
    distribution,
    partial: {
      reads: { top: TOP, temperature },
      equals: distribution,
      distribution(part, vocabSize) {
        const tokens = nucleusOfPart(part, options)?.toSorted((a, b) => a - b);
        const logitOf = (token: TokenId): number => part.logits[part.tokens.indexOf(token)]!;
        return tokens && spread(tokens, softmaxOf(tokens, logitOf, temperature), vocabSize);
      },
    },
    draw: drawDirectly({ distribution, pick }, (row, _, random) => {
      const tokens = tokensOf(row);
      return tokens[random.categorical(softmaxOf(tokens, (token) => row[token]!, temperature))]!;
    }),
    pick,
  };
}

/**
 * Returns the softmax over `tokens` alone, ascending, in their order. It depends only on which tokens these are and on their logits, not on
 * what is known of the other tokens.
 */
function softmaxOf(tokens: readonly TokenId[], logitOf: (token: TokenId) => number, temperature: number): Float64Array {
  const logits = tokens.map(logitOf);
  const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  const probabilities = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  const sum = probabilities.reduce((total, weight) => total + weight, 0);
  return probabilities.map((weight) => weight / sum);
}

/** Returns `probabilities` of `tokens` as a distribution over the vocabulary, with 0 for all other tokens. */
function spread(tokens: readonly TokenId[], probabilities: Float64Array, vocabSize: number): Float64Array {
  const distribution = new Float64Array(vocabSize);
  for (const [place, token] of tokens.entries()) distribution[token] = probabilities[place]!;
  return distribution;
}
