import { loadModel, ModelLoadError } from "@decodekit/core/onnx";
import { describe, expect, test } from "vitest";
import { expectTokens } from "./expect-tokens.ts";
import { CONVERSATIONS, KINDS, tokensOnWasm } from "./kinds.ts";
import { served, urlOf } from "./served-models.ts";

// The chat model on WebGPU. The adapter of the tests is software: a pass of this model takes seconds, so two tokens must do.

const kindOf = (name: string) => KINDS.find((kind) => kind.name === name)!;

describe.runIf(served)("SmolLM2-135M-Instruct on WebGPU", { timeout: 300_000 }, () => {
  test("answers with transformers.js's greedy tokens: q4", async () => {
    const kind = kindOf("q4");
    const model = await loadModel(urlOf(kind), { execution: "webgpu", modelFile: kind.modelFile });
    expect(model.execution).toBe("webgpu");
    await expectTokens(model, CONVERSATIONS[0]!, { expected: tokensOnWasm(kind)[0]!, newTokens: 2 });
    await model.dispose();
  });

  test("refuses float16 files on an adapter without shader-f16", async ({ skip }) => {
    const adapter = await navigator.gpu.requestAdapter();
    if (adapter!.features.has("shader-f16")) skip("this adapter has shader-f16");
    for (const name of ["fp16", "q4f16"]) {
      const kind = kindOf(name);
      const refused = loadModel(urlOf(kind), { execution: "webgpu", modelFile: kind.modelFile });
      await expect(refused, name).rejects.toThrow(ModelLoadError);
      await expect(refused, name).rejects.toThrow(`${kind.modelFile}: computes in float16, which needs the feature "shader-f16"`);
    }
  });
});
