import { loadModel } from "@decodekit/core/onnx";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { EVERY_DRAFTER, expectGreedySpeculation } from "../support/expect-greedy-speculation.ts";

/** Whether to run all prompts: set VITE_EVERY_PROMPT=1. They take an hour on a software adapter, at half a second per pass. */
const isEvery = (import.meta as { env?: Record<string, string | undefined> }).env?.VITE_EVERY_PROMPT === "1";
const { prompts, newTokens, drafters } = isEvery
  ? { prompts: golden.prompts, newTokens: 32, drafters: EVERY_DRAFTER }
  : {
      prompts: golden.prompts.slice(0, 1),
      newTokens: 12,
      // The others draft nothing in so short a text (prompt-lookup, suffix), or make the same passes as one of these (lookahead, cascade).
      drafters: ["jacobi", "masked-draft", "ddtree", "draft-model"] as const,
    };
const timeout = isEvery ? 3_600_000 : 240_000;

test("greedy speculation on WebGPU returns greedy's tokens with every way of drafting", { timeout }, async () => {
  const [model, draft] = [await loadModel(stories, { execution: "webgpu" }), await loadModel(storiesDraft, { execution: "webgpu" })];
  expect(model.execution).toBe("webgpu");
  await expectGreedySpeculation(model, draft.causal, { prompts: prompts.map(({ prompt }) => prompt), newTokens, drafters });
  await model.dispose();
  await draft.dispose();
});
