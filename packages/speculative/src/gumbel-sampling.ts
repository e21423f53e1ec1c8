import { autoregressive, checkOptions, type Decoder, InvalidOptionError, type OptionCheck, type Sampler } from "@decodekit/core";
import { racingSampler } from "./racing-random.ts";

const sampler: OptionCheck = {
  expected: "a Sampler, for example topPSampler()",
  accepts: (value) => typeof (value as Sampler | null)?.distribution === "function",
};

/**
 * Plain sampling, one pass per token, with the randomness of `verify: "gumbel"`: what that gives with any drafter is
 * this decoder's output with the same seed, bit for bit.
 * @throws InvalidOptionError for an option that is wrong, or without a sampler.
 */
export function gumbelSampling(options: { readonly sampler: Sampler }): Decoder<"causal"> {
  const where = "gumbelSampling";
  checkOptions(where, options, { sampler });
  if (!options.sampler) throw new InvalidOptionError({ where, option: "sampler", expected: sampler.expected, actual: options.sampler });
  return autoregressive({ name: "gumbel-sampling", sampler: racingSampler(options.sampler) });
}
