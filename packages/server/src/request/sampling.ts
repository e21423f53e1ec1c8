import { greedySampler, type LogitsProcessor, type Sampler } from "@decodekit/core";
import { vllm, type VllmOptions } from "@decodekit/samplers";
import { ApiError } from "../api-error.ts";
import type { ServedModel } from "../served-models.ts";

/** Those that a decoder's sampler follows. */
export const SAMPLER_PARAMETERS = ["temperature", "top_p", "top_k", "min_p"] as const;
/** All parameters of a request that say how a token is chosen. The others change the rows of any decoder. */
export const SAMPLING_PARAMETERS = [
  ...SAMPLER_PARAMETERS,
  "presence_penalty",
  "frequency_penalty",
  "repetition_penalty",
  "logit_bias",
] as const satisfies readonly (keyof VllmOptions)[];

/** Parameters of a request that say how a token is chosen, with vLLM's names and meanings. */
export type SamplingParameters = {
  readonly [Name in (typeof SAMPLING_PARAMETERS)[number]]?: Name extends "logit_bias"
    ? Readonly<Record<string, number>> | undefined
    : VllmOptions[Name];
};

/** Returns the sampling parameters among others, with `defaults` for those that are left out. */
export function samplingOf(request: SamplingParameters, defaults: SamplingParameters): SamplingParameters {
  const stated = SAMPLING_PARAMETERS.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]] as const]));
  return { ...defaults, ...Object.fromEntries(stated) };
}

/** @throws ApiError for a bias of a token that the model does not have. */
export function checkBiases({ logit_bias: biases = {} }: SamplingParameters, { causal: { vocabSize } }: ServedModel): void {
  const unknown = Object.keys(biases).find((token) => Number(token) >= vocabSize);
  if (unknown === undefined) return;
  const message = `logit_bias must have token ids below ${vocabSize} as keys, got ${unknown}.`;
  throw new ApiError(message, { param: "logit_bias", code: "invalid_value" });
}

/** Returns what sampling parameters mean in vLLM. @throws InvalidOptionError for a value out of range. */
export function decodingOf(parameters: SamplingParameters): { readonly sampler: Sampler; readonly processors: readonly LogitsProcessor[] } {
  const { temperature, top_p, top_k, min_p, logit_bias: biases, ...penalties } = parameters;
  const { processors } = vllm({ ...penalties, ...(biases && { logit_bias: biases }) });
  return { sampler: temperature === 0 ? greedySampler : vllm({ temperature, top_p, top_k, min_p }), processors };
}
