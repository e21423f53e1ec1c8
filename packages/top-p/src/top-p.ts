import { autoregressive, type Decoder, InvalidOptionError, type PluginOption, resolveOptions, type Sampler } from "@decodekit/core";
import { temperatureSampler } from "@decodekit/core/toolkit";

export interface TopPOptions {
  /**
   * Probability mass of the nucleus, in (0, 1]; 1 keeps every token.
   * At temperature 0 only one token is left, so p must be left out or 1.
   * @defaultValue 0.95
   */
  readonly p?: number | undefined;
  /** Divides the logits before p is applied, >= 0. 0 is greedy. @defaultValue 1 */
  readonly temperature?: number | undefined;
}

export const topPOptions = {
  p: {
    type: "number",
    help: "Probability mass of the nucleus to sample from; 1 keeps every token",
    default: 0.95,
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
    ineffectiveWith: { temperature: [0] },
  },
  temperature: {
    type: "number",
    help: "Flattens the distribution above 1, sharpens it below; 0 is greedy, and p must be left out",
    default: 1,
    minimum: 0,
  },
} as const satisfies Readonly<Record<keyof TopPOptions, PluginOption>>;

/**
 * Creates a decoder that samples every token from the nucleus: the most likely tokens that together reach probability p, after
 * temperature. One pass over the prompt, then one pass and one draw per token.
 * @throws InvalidOptionError for an unknown or invalid option, or p below 1 at temperature 0.
 */
export function topP(options: TopPOptions = {}): Decoder<"causal"> {
  return autoregressive({ name: "top-p", sampler: topPSampler(options) });
}

/**
 * Returns the sampler of `topP`, for decoders that accept one: softmax of logits / temperature in float64, truncated to the nucleus and
 * normalised. The token that crosses p is kept. Among equals the lowest id comes first.
 * @throws InvalidOptionError like topP.
 */
export function topPSampler(options: TopPOptions = {}): Sampler {
  const { p, temperature } = resolveOptions("topP", options, topPOptions);
  if (temperature === 0) checkEffective(options.p);
  return { ...temperatureSampler(temperature, p), name: "top-p" };
}

/** Rejects a p below 1 at temperature 0, where one token has all the probability and p has no effect. */
function checkEffective(actual: number | undefined): void {
  if (actual === undefined || actual === 1) return;
  const expected = "left out or 1 at temperature 0, where it has no effect (leave it out, or set a temperature above 0)";
  throw new InvalidOptionError({ where: "topP", option: "p", expected, actual });
}
