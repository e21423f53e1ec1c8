import { autoregressive, checkOptions, type Decoder, greedySampler, InvalidOptionError, type Sampler, softmax } from "@decodekit/core";
import { checks } from "./checks.ts";
import { nucleusOf } from "./nucleus.ts";

export interface TopPOptions {
  /**
   * Probability that the tokens to draw from must reach together, in (0, 1]; 1 cuts nothing off.
   * At temperature 0 only one token is left, so p must be left out or 1 there.
   * @defaultValue 0.95
   */
  readonly p?: number | undefined;
  /** Divides the logits before p is applied, >= 0. 0 is greedy. @defaultValue 1 */
  readonly temperature?: number | undefined;
}

/**
 * Makes the decoder that draws every token from the nucleus: the likeliest tokens that together reach probability p, after
 * temperature. One pass over the prompt, then one pass and one draw per token.
 * @throws InvalidOptionError for an unknown option, one out of range, or p below 1 at temperature 0.
 */
export function topP(options: TopPOptions = {}): Decoder<"causal"> {
  return autoregressive({ name: "top-p", sampler: topPSampler(options) });
}

/**
 * The distribution that `topP` draws from, for decoders that take a sampler: softmax of logits / temperature in float64, cut
 * to the nucleus and normalised. The crossing token is in; the lowest id comes first among equals.
 * @throws InvalidOptionError like topP.
 */
export function topPSampler(options: TopPOptions = {}): Sampler {
  const name = "top-p";
  checkOptions("topP", options, checks);
  const { p = 0.95, temperature = 1 } = options;
  if (temperature === 0) {
    checkEffective(options.p);
    return { ...greedySampler, name };
  }
  return {
    name,
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

/** At temperature 0 one token has all the probability, so that a p below 1 would do nothing. */
function checkEffective(actual: number | undefined): void {
  if (actual === undefined || actual === 1) return;
  const expected = "left out or 1 at temperature 0, where it has no effect (leave it out, or set a temperature above 0)";
  throw new InvalidOptionError({ where: "topP", option: "p", expected, actual });
}
