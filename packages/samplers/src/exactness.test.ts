import { testLossless } from "@decodekit/conformance";
import type { Decoder } from "@decodekit/core";
import { allDrafters, judgedTree, speculative, verifiers, type Verify } from "@decodekit/speculative";
import { describe, test } from "vitest";
import {
  allowedTokens,
  badWords,
  chain,
  type Chain,
  dry,
  dynamicTemperature,
  epsilonCutoff,
  etaCutoff,
  exponentialLengthPenalty,
  forcedTokensAt,
  frequencyPenalty,
  hf,
  llamaCpp,
  logitBias,
  minNewTokens,
  minP,
  mirostat,
  mirostat1,
  noRepeatNgram,
  pLess,
  presencePenalty,
  repetitionPenalty,
  sampleWith,
  sequenceBias,
  suppressAtBegin,
  temperature,
  topH,
  topK,
  topNSigma,
  topP,
  typical,
  vllm,
  watermark,
  xtc,
} from "./index.ts";

// The models of these proofs have 4 tokens and outputs of a few tokens; token 3 is a stop token.
const chains: Readonly<Record<string, () => Chain>> = {
  "truncation, one after another": () => chain([temperature(1.4), topK(3), topP(0.95), minP(0.05), epsilonCutoff(0.02)]),
  "typical, eta, top-h": () => chain([typical(0.9), etaCutoff(0.1), topH(0.9)]),
  "top-n-sigma, p-less, dynamic temperature": () => chain([dynamicTemperature({ range: 0.5 }), topNSigma(2.5), pLess()]),
  XTC: () => chain([xtc({ probability: 0.6, threshold: 0.2 }), temperature(0.7), topP(0.9)]),
  "XTC twice": () => chain([xtc({ probability: 0.3 }), xtc({ probability: 0.5, threshold: 0.4 })]),
  "mirostat 2": () => chain([temperature(1.2), mirostat({ tau: 0.8, eta: 0.5 })]),
  "mirostat 1": () => chain([mirostat1({ tau: 0.7, eta: 1 })]),
  penalties: () => chain([repetitionPenalty(1.5), frequencyPenalty(0.4, { of: "output" }), presencePenalty(0.3, { lastN: 3 })]),
  "DRY and n-grams": () => chain([dry({ multiplier: 1, allowedLength: 1 }), noRepeatNgram(3)]),
  "biases and lengths": () =>
    chain([
      logitBias({ 1: 0.5 }),
      sequenceBias([[[0, 1], -1]]),
      badWords([[1, 1]]),
      minNewTokens(2, [3]),
      exponentialLengthPenalty({ start: 1, factor: 1.5, stopTokens: [3] }),
    ]),
  "allowed and suppressed tokens": () =>
    chain([suppressAtBegin([0]), allowedTokens(({ tokens }) => (tokens.length % 2 === 0 ? [0, 1, 3] : [1, 2, 3])), temperature(0.8)]),
  "forced tokens after truncation": () => chain([topK(2), forcedTokensAt({ 3: 2 }), topP(0.99)]),
  watermark: () => chain([watermark({ ratio: 0.5 }), watermark({ scheme: "selfhash", contextWidth: 2 })]),
  "transformers' defaults": () => hf({ temperature: 0.9, top_k: 3, top_p: 0.9, repetition_penalty: 1.2 }),
  "llama.cpp's defaults": () => llamaCpp({ repeat_penalty: 1.1, xtc_probability: 0.5, xtc_threshold: 0.3 }),
  "vLLM's defaults": () => vllm({ temperature: 1.3, min_p: 0.1, top_k: 3, presence_penalty: 0.4 }),
  "greedy by temperature": () => chain([temperature(0)]),
};

describe.each(Object.entries(chains))("a decoder has exactly the distribution of the chain: %s", (_, create) => {
  const sampler = create();
  testLossless(test, () => sampleWith(sampler.processors), { sampler, seeds: [1, 2] });
});

/** For every rule the drafters that show it: with tokens, probabilities and trees. */
const rules = Object.values(verifiers)
  // Gumbel noise is uniform, so that its outcomes cannot be enumerated.
  .filter(({ name }) => name !== "gumbel")
  .flatMap(({ name, draftKinds }) =>
    draftKinds.map((kind) => [name, Object.keys(allDrafters).find((each) => allDrafters[each]!().draftKind === kind)!] as const),
  );

/** One of each kind of processor: pure, by chance, with a memory, and those that read the prefix. */
const verified = ["truncation, one after another", "XTC", "mirostat 2", "penalties", "DRY and n-grams", "allowed and suppressed tokens"];

describe.each(verified)("drafts are verified exactly with the chain: %s", (name) => {
  const create = chains[name]!;
  describe.each(rules)("by %s, with the drafter %s", (verify, drafter) => {
    const sampler = create();
    const decoder = (): Decoder => speculative({ drafter: allDrafters[drafter]!(), verify: verify as Verify, draftLength: 2, sampler });
    testLossless(test, decoder, { sampler, seeds: [3] });
  });

  describe("in trees", () => {
    const sampler = create();
    testLossless(test, () => judgedTree({ natsPerToken: 0, rowCost: 0.05, nodes: 6, sampler }), { sampler, seeds: [4] });
  });
});
