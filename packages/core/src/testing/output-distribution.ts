import type { DecodeOptions, Decoder, FinishReason } from "../contracts/decoder.ts";
import type { ModelRole, ModelSet, TokenId } from "../contracts/model.ts";
import type { RandomSource } from "../random/random.ts";
import { collectDecode } from "./collect-decode.ts";
import { enumerateOutcomes, type EnumerateOptions } from "./enumerate-outcomes.ts";

/** Probabilities of outputs, with the keys of `outputKey`. */
export type OutputDistribution = ReadonlyMap<string, number>;

/** Returns the key of an output in a distribution, for example "3 1 4 (stop)". */
export function outputKey(tokens: ArrayLike<TokenId>, finishReason: FinishReason): string {
  return [...Array.from(tokens), `(${finishReason})`].join(" ");
}

/**
 * Computes the exact probability of every output of `decoder`, by enumerating all outcomes of its draws. The number of runs grows as
 * (choices per draw)^(draws): 4 tokens over a vocabulary of 5 take about 600.
 * @throws Error if the decoder uses other randomness, draws with `uniform()`, or its probabilities do not sum to 1 within 1e-12.
 */
export async function exactDistribution<Role extends ModelRole>(
  decoder: Decoder<Role>,
  models: Pick<ModelSet, Role>,
  prompt: Int32Array,
  options: Omit<DecodeOptions, "random" | "seed"> & EnumerateOptions,
): Promise<OutputDistribution> {
  const { maxBranches, ...decodeOptions } = options;
  const run = async (random: RandomSource): Promise<string> => {
    const { tokens, finishReason } = await collectDecode(decoder.decode(models, prompt, { ...decodeOptions, random }));
    return outputKey(tokens, finishReason);
  };
  const distribution = new Map<string, number>();
  let total = 0;
  for await (const { outcome, probability } of enumerateOutcomes(run, { maxBranches })) {
    distribution.set(outcome, (distribution.get(outcome) ?? 0) + probability);
    total += probability;
  }
  if (Math.abs(total - 1) > 1e-12) throw new Error(`exactDistribution: the probabilities of all branches sum to ${total}.`);
  return distribution;
}

/** Returns the total variation distance, half of Σ |a - b|: 0 for equal distributions, 1 for those that share no output. */
export function totalVariation(a: OutputDistribution, b: OutputDistribution): number {
  let sum = 0;
  for (const key of new Set([...a.keys(), ...b.keys()])) sum += Math.abs((a.get(key) ?? 0) - (b.get(key) ?? 0));
  return sum / 2;
}
