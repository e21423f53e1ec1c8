import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { expectGreedyTokens } from "../support/expect-greedy.ts";

describe.each(["native", "wasm"] as const)("greedy decoding in Node on %s", (execution) => {
  test("returns the 64 tokens that Hugging Face transformers returns, for 5 prompts", async () => {
    const model = await loadModel(stories, { execution });
    for (const { prompt, greedyTokens } of golden.prompts) await expectGreedyTokens(model, prompt, greedyTokens);
    await model.dispose();
  });
});
