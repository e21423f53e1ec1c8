import { testModel } from "@decodekit/conformance";
import type { CausalModel, Decoder } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { collectDecode } from "@decodekit/core/testing";
import { greedy } from "@decodekit/greedy";
import { confidence, infill, refine, threshold } from "@decodekit/refinement";
import { kserve, kserveMasked } from "@decodekit/remote";
import { jacobi, lookahead, promptLookup, speculative, suffix } from "@decodekit/speculative";
import { stories } from "@decodekit/tiny-models";
import { topP, topPSampler } from "@decodekit/top-p";
import { afterAll, describe, expect, test } from "vitest";
import { startRayServe } from "../../../scripts/engines/ray-serve.mjs";

const BEGINNINGS = ["Once upon a time", "Lily and Tom", "The dog was", "One day, a bird", "Mom said"];

describe("Ray Serve with the story model", { timeout: 300_000 }, async () => {
  const engine = await startRayServe({ replicas: 2 });
  afterAll(() => engine.stop());
  const local = await loadModel(stories, { execution: "native" });
  afterAll(() => local.dispose());
  const { contextLength, maskTokenId } = local.masked!;
  const served = { url: engine.url, contextLength, sessionHeader: "serve_multiplexed_model_id" };
  const causal = await kserve({ ...served, model: "stories" });
  const masked = await kserveMasked({ ...served, model: "stories-canvas", maskTokenId });
  const prompts = BEGINNINGS.map((text) => local.tokenizer.encode(text));

  describe("keeps the contract of causal models", () => {
    testModel(test, causal, { tokens: local.tokenizer.encode("Once upon a time there was a little girl named Lily."), tolerance: 1e-4 });
  });

  const textsOf = async (decoder: Decoder<"causal"> | Decoder<"masked">, models: { causal: CausalModel; masked: typeof masked }) => {
    const texts: number[][] = [];
    for (const [seed, prompt] of prompts.entries())
      texts.push([
        ...(await collectDecode(decoder.decode(models, prompt, { maxNewTokens: 24, seed, stopTokens: local.stopTokens }))).tokens,
      ]);
    return texts;
  };

  test.each([
    greedy(),
    topP({ p: 0.9, temperature: 0.8 }),
    ...[promptLookup, suffix, jacobi, lookahead].map((drafter) => speculative({ drafter: drafter() })),
    speculative({ drafter: promptLookup(), sampler: topPSampler({ p: 0.9 }) }),
    refine({ select: threshold({ threshold: 0.9 }), blockLength: 8 }),
    refine({ select: confidence(), blockLength: 8, temperature: 0.7 }),
    infill({ suffix: local.tokenizer.encode(" and they were happy."), length: 6 }),
  ])("$name writes the local texts", async (decoder) => {
    expect(await textsOf(decoder, { causal, masked })).toEqual(await textsOf(decoder, { causal: local.causal, masked: local.masked! }));
  });
});
