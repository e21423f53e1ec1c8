import { loadModel } from "@decodekit/core/onnx";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { expectGreedySpeculation } from "../support/expect-greedy-speculation.ts";

/** Whether to run all prompts: set VITE_EVERY_PROMPT=1. They take an hour on a software adapter, at half a second per pass. */
const isEvery = (import.meta as { env?: Record<string, string | undefined> }).env?.VITE_EVERY_PROMPT === "1";
const { prompts, newTokens } = isEvery
  ? { prompts: golden.prompts, newTokens: 32 }
  : { prompts: golden.prompts.slice(0, 1), newTokens: 12 };
const timeout = isEvery ? 3_600_000 : 240_000;

test("greedy speculation on WebGPU returns greedy's tokens with every drafter", { timeout }, async () => {
  const [model, draft] = [await loadModel(stories, { execution: "webgpu" }), await loadModel(storiesDraft, { execution: "webgpu" })];
  expect(model.execution).toBe("webgpu");
  await expectGreedySpeculation(
    model,
    draft.causal,
    prompts.map(({ prompt }) => prompt),
    newTokens,
  );
  await model.dispose();
  await draft.dispose();
});
