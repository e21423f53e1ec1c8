import type { TokenId } from "../contracts/model.ts";
import type { Sampler } from "../contracts/sampler.ts";
import { greedySampler } from "./greedy-sampler.ts";
import { nucleusOf } from "./nucleus.ts";
import { type NucleusOptions, nucleusOfPart } from "./nucleus-of-part.ts";
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
  const pick: Sampler["pick"] = (probabilities, random) => random.categorical(probabilities);
  if (p === 1) return { name: "temperature", distribution: (row) => softmax(row, temperature), pick };
  return { name: "temperature", ...nucleusSampling({ p, temperature }), pick };
}

function nucleusSampling(options: NucleusOptions): Pick<Sampler, "distribution" | "partial"> {
  const { p, temperature } = options;
  const distribution: Sampler["distribution"] = (row) => {
    const { tokens } = nucleusOf(softmax(row, temperature), p);
    return softmaxOf(tokens, (token) => row[token]!, { temperature, vocabSize: row.length });
  };
  return {
    distribution,
    partial: {
      reads: { top: TOP, temperature },
      equals: distribution,
      distribution(part, vocabSize) {
        const tokens = nucleusOfPart(part, options);
        const logitOf = (token: TokenId): number => part.logits[part.tokens.indexOf(token)]!;
        return tokens && softmaxOf(tokens, logitOf, { temperature, vocabSize });
      },
    },
  };
}

/**
 * Returns the softmax over `tokens` alone, shape (vocabSize,), with 0 for all others. It depends only on which tokens these are and on their
 * logits, not on their order nor on what is known of the other tokens.
 */
function softmaxOf(
  tokens: readonly TokenId[],
  logitOf: (token: TokenId) => number,
  { temperature, vocabSize }: { readonly temperature: number; readonly vocabSize: number },
): Float64Array {
  const probabilities = new Float64Array(vocabSize);
  let largest = -Infinity;
  for (const token of tokens) largest = Math.max(largest, logitOf(token));
  for (const token of tokens) probabilities[token] = Math.exp((logitOf(token) - largest) / temperature);
  let sum = 0;
  for (let token = 0; token < vocabSize; token++) sum += probabilities[token]!;
  for (const token of tokens) probabilities[token]! /= sum;
  return probabilities;
}
