import type { DecodeOptions, Decoder, FinishReason } from "../decoder.ts";
import type { ModelRole, ModelSet, TokenId } from "../model.ts";
import type { RandomSource } from "../random.ts";
import { collectDecode } from "./collect-decode.ts";
import { enumerateOutcomes, type EnumerateOptions } from "./enumerate-outcomes.ts";

/** Probability by output: the keys are those of `outputKey`. */
export type OutputDistribution = ReadonlyMap<string, number>;

/** Names an output in a distribution, for example "3 1 4 (stop)". */
export function outputKey(tokens: ArrayLike<TokenId>, finishReason: FinishReason): string {
  return [...Array.from(tokens), `(${finishReason})`].join(" ");
}

/**
 * The exact probability of every output that `decoder` can give, found by visiting every way in which its draws can fall.
 * The number of runs grows as (choices per draw)^(draws): 4 tokens over a vocabulary of 5 take about 600.
 * @throws Error when the decoder has randomness of its own, draws with `uniform()`, or its probabilities do not sum to 1 within 1e-12.
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

/** Total variation distance, half of Σ |a - b|: 0 for equal distributions, 1 for those that share no output. */
export function totalVariation(a: OutputDistribution, b: OutputDistribution): number {
  let sum = 0;
  for (const key of new Set([...a.keys(), ...b.keys()])) sum += Math.abs((a.get(key) ?? 0) - (b.get(key) ?? 0));
  return sum / 2;
}
