import { generate } from "@decodekit/core";
import { loadModel, ModelLoadError, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { judgedTree } from "@decodekit/speculative";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectTokens } from "./expect-tokens.ts";
import { CONVERSATIONS, KINDS, tokensOnWasm } from "./kinds.ts";
import { served, urlOf } from "./served-models.ts";

// The chat model on WebGPU. The adapter of the tests is software: a pass of this model takes seconds, so two tokens must do.

const kindOf = (name: string) => KINDS.find((kind) => kind.name === name)!;

describe.runIf(served)("SmolLM2-135M-Instruct on WebGPU", { timeout: 900_000 }, () => {
  const kind = kindOf("q4");
  let model: OnnxLanguageModel;
  beforeAll(async () => {
    model = await loadModel(urlOf(kind), { execution: "webgpu", modelFile: kind.modelFile });
  }, 600_000);
  afterAll(() => model.dispose());

  test("answers with transformers.js's greedy tokens: q4", async () => {
    expect(model.execution).toBe("webgpu");
    await expectTokens(model, CONVERSATIONS[0]!, { expected: tokensOnWasm(kind)[0]!, newTokens: 2 });
  });

  test("reads trees, whose greedy tokens are those of plain passes: q4", async () => {
    expect(model.causal.capabilities.tree).toBe(true);
    const expected = tokensOnWasm(kind)[0]!.slice(0, 3);
    // Each token is followed by the right one or by another, so that one tree holds the whole text.
    const prior = {
      after: (token: number) => [7, expected[expected.indexOf(token) + 1] ?? 8].map((next) => ({ token: next, logProbability: -0.7 })),
    };
    const decoder = judgedTree({ natsPerToken: 0, nodes: 6, rowCost: 0, prior });
    const { tokens, statistics } = await generate(model, CONVERSATIONS[0]!.messages, { decoder, maxNewTokens: 3, stopTokens: [] }).result;
    expect([...tokens]).toEqual(expected);
    expect(statistics.targetPasses).toBe(2);
  });

  test.each(["fp16", "q4f16"])("is refused on an adapter without shader-f16, and loads on another: %s", async (name) => {
    const adapter = await navigator.gpu.requestAdapter();
    const { modelFile } = kindOf(name);
    const loading = loadModel(urlOf(kindOf(name)), { execution: "webgpu", modelFile });
    if (adapter!.features.has("shader-f16")) return (await loading).dispose();
    await expect(loading).rejects.toThrow(ModelLoadError);
    await expect(loading).rejects.toThrow(`${modelFile}: computes in float16, which needs the feature "shader-f16"`);
  });
});
