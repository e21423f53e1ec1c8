import { autoregressive, type Decoder, resolveOptions, type Sampler } from "@decodekit/core";
import { SAMPLER_OPTION } from "@decodekit/core/toolkit";
import { gumbelSampler } from "./gumbel-max.ts";

export interface GumbelSamplingOptions {
  readonly sampler: Sampler;
}

const OPTIONS = { sampler: { ...SAMPLER_OPTION, required: true } } as const;

/**
 * Creates a decoder that samples one token per pass with the random numbers of `verify: "gumbel"`. With the same seed its output is
 * identical to that of `speculative` with this rule and any drafter.
 * @throws InvalidOptionError for an invalid option or a missing sampler.
 */
export function gumbelSampling(options: GumbelSamplingOptions): Decoder<"causal"> {
  const { sampler } = resolveOptions<GumbelSamplingOptions, typeof OPTIONS>("gumbelSampling", options, OPTIONS);
  return autoregressive({ name: "gumbel-sampling", sampler: gumbelSampler(sampler) });
}
