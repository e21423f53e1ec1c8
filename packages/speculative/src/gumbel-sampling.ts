import { autoregressive, type Decoder, type Sampler } from "@decodekit/core";
import { racingSampler } from "./racing-random.ts";

/**
 * Plain sampling, one pass per token, with the randomness of `verify: "gumbel"`: what that gives with any drafter is
 * this decoder's output with the same seed, bit for bit.
 */
export function gumbelSampling({ sampler }: { readonly sampler: Sampler }): Decoder<"causal"> {
  return autoregressive({ name: "gumbel-sampling", sampler: racingSampler(sampler) });
}
