import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import golden from "../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { expectGreedySpeculation } from "./greedy-speculation.ts";

describe.each(["native", "wasm"] as const)("greedy speculation in Node on %s", (execution) => {
  test("gives greedy's tokens with every drafter", async () => {
    const model = await loadModel(stories, { execution });
    await expectGreedySpeculation(
      model,
      golden.prompts.map(({ prompt }) => prompt),
      48,
    );
    await model.dispose();
  });
});
