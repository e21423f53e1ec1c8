import { autoregressive, type Decoder, greedySampler, resolveOptions } from "@decodekit/core";

/** Greedy decoding has no options. */
export type GreedyOptions = Readonly<Record<string, never>>;

/**
 * Creates a decoder that chooses the most likely token at every position: argmax over the row of logits, the lowest id wins a
 * tie. One pass over the prompt, then one per token. It draws nothing, so the seed has no effect.
 * @throws InvalidOptionError for any option.
 */
export function greedy(options: GreedyOptions = {}): Decoder<"causal"> {
  resolveOptions<object, object>("greedy", options, {});
  return autoregressive({ name: "greedy", sampler: greedySampler });
}
