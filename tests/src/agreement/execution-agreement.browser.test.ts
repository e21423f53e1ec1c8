import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { expectGreedyRows, expectGreedyTokens } from "../support/expect-greedy.ts";

describe("greedy decoding in Chromium", () => {
  test("on WASM returns the 64 tokens that Hugging Face transformers returns, for 5 prompts", async () => {
    const model = await loadModel(stories, { execution: "wasm" });
    for (const { prompt, greedyTokens } of golden.prompts) await expectGreedyTokens(model, prompt, greedyTokens);
    await model.dispose();
  });

  // A pass takes about half a second on SwiftShader, so only the first tokens are decoded. All 64 of three prompts are read in one pass each,
  // whose rows must predict them: by induction these are greedy's tokens.
  test("on WebGPU returns the 64 tokens that Hugging Face transformers returns", async () => {
    const model = await loadModel(stories, { execution: "webgpu" });
    const [first] = golden.prompts;
    await expectGreedyTokens(model, first!.prompt, first!.greedyTokens.slice(0, 12));
    for (const { prompt, greedyTokens } of golden.prompts.slice(0, 3)) await expectGreedyRows(model, prompt, greedyTokens);
    await model.dispose();
  });
});
