import { autoregressive, checkOptions, type Decoder, greedySampler } from "@decodekit/core";

/** Greedy decoding has no options. */
export type GreedyOptions = Readonly<Record<string, never>>;

/**
 * Makes the decoder that takes the likeliest token at every position: argmax over the row of logits, the lowest id wins a
 * tie. One pass over the prompt, then one per token; it draws nothing, so the seed has no effect.
 * @throws InvalidOptionError for any option.
 */
export function greedy(options: GreedyOptions = {}): Decoder<"causal"> {
  checkOptions("greedy", options, {});
  return autoregressive({ name: "greedy", sampler: greedySampler });
}
