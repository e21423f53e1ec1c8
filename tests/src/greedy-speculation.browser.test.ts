import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import golden from "../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { expectGreedySpeculation } from "./greedy-speculation.ts";

test("greedy speculation on WebGPU gives greedy's tokens with every drafter", async () => {
  const model = await loadModel(stories, { execution: "webgpu" });
  expect(model.execution).toBe("webgpu");
  await expectGreedySpeculation(model, [golden.prompts[0]!.prompt], 12);
  await model.dispose();
});
