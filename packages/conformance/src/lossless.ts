import { type CausalModel, type Decoder, type ModelRole, type Sampler, softmax, type TokenId } from "@decodekit/core";
import {
  collectDecode,
  enumerateOutcomes,
  exactDistribution,
  type OutputDistribution,
  outputKey,
  totalVariation,
} from "@decodekit/core/testing";
import type { LosslessCase } from "./lossless-models.ts";

/** Draws from the model's own distribution. */
export const plainSampler: Sampler = {
  name: "plain",
  distribution: (row) => softmax(row),
  pick: (probabilities, random) => random.categorical(probabilities),
};

/**
 * Returns the total variation between the output of `decoder`, enumerated exactly, and `sampler` applied to the causal model token by
 * token: 0 up to rounding if the decoder is lossless, at most 1.
 */
export async function measureLoss<Role extends ModelRole>(
  decoder: Decoder<Role>,
  { models, prompt, stopToken, maxNewTokens }: LosslessCase,
  sampler: Sampler = plainSampler,
): Promise<number> {
  const limits = { maxNewTokens, stopTokens: [stopToken] };
  const actual = await exactDistribution(decoder, models, prompt, limits);
  return totalVariation(actual, await expectedDistribution(models.causal, sampler, prompt, limits));
}

/** A decoder's output distribution, and the number of branches that its enumeration took. */
export interface Enumeration {
  readonly distribution: OutputDistribution;
  readonly branches: number;
}

/** Returns the output distribution of up to `maxNewTokens` tokens, or undefined if it takes more than `maxBranches` branches. */
export async function enumerateOutput(
  decoder: Decoder,
  { models, prompt, stopToken }: LosslessCase,
  { maxNewTokens, maxBranches }: { readonly maxNewTokens: number; readonly maxBranches: number },
): Promise<Enumeration | undefined> {
  const distribution = new Map<string, number>();
  let branches = 0;
  const outcomes = enumerateOutcomes(async (random) => {
    const decode = decoder.decode(models, prompt, { maxNewTokens, stopTokens: [stopToken], random });
    const { tokens, finishReason } = await collectDecode(decode);
    return outputKey(tokens, finishReason);
  });
  for await (const { outcome, probability } of outcomes) {
    branches++;
    if (branches > maxBranches) return undefined;
    distribution.set(outcome, (distribution.get(outcome) ?? 0) + probability);
  }
  return { distribution, branches };
}

interface Limits {
  readonly maxNewTokens: number;
  readonly stopTokens: readonly TokenId[];
}

/** Returns the distribution by definition: for every output, the product of the sampler's probabilities. */
export async function expectedDistribution(
  model: CausalModel,
  sampler: Sampler,
  prompt: Int32Array,
  { maxNewTokens, stopTokens }: Limits,
): Promise<OutputDistribution> {
  const distribution = new Map<string, number>();
  const extend = async (tokens: Int32Array, probability: number): Promise<void> => {
    const output = tokens.subarray(prompt.length);
    if (output.length === maxNewTokens) return void distribution.set(outputKey(output, "length"), probability);
    let stopped = 0;
    for (const [token, next] of (await distributionAfter(model, sampler, tokens, prompt.length)).entries()) {
      if (next === 0) continue;
      if (stopTokens.includes(token)) stopped += next;
      else await extend(Int32Array.of(...tokens, token), probability * next);
    }
    if (stopped > 0) distribution.set(outputKey(output, "stop"), probability * stopped);
  };
  await extend(prompt, 1);
  return distribution;
}

async function distributionAfter(model: CausalModel, sampler: Sampler, tokens: Int32Array, promptLength: number): Promise<Float64Array> {
  const session = await model.createSession();
  try {
    return sampler.distribution((await session.forward(tokens)).row(0), { tokens, promptLength });
  } finally {
    await session.dispose();
  }
}
