import { loadModel } from "@decodekit/core/onnx";
import { maskedDraft, speculative } from "@decodekit/speculative";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { expectGreedyTokens } from "../support/expect-greedy.ts";
import { expectGreedySpeculation } from "../support/expect-greedy-speculation.ts";

describe.each(["native", "wasm"] as const)("greedy speculation in Node on %s", (execution) => {
  test("returns greedy's tokens with every drafter", async () => {
    const [model, draft] = [await loadModel(stories, { execution }), await loadModel(storiesDraft, { execution })];
    await expectGreedySpeculation(
      model,
      draft.causal,
      golden.prompts.map(({ prompt }) => prompt),
      48,
    );
    await model.dispose();
    await draft.dispose();
  });

  test("returns greedy's tokens when the masked model that drafts does not share weights with the target", async () => {
    const [model, other] = [await loadModel(stories, { execution }), await loadModel(stories, { execution })];
    const { prompt, greedyTokens } = golden.prompts[0]!;
    const decoder = speculative({ drafter: maskedDraft(), draftLength: 4 });
    await expectGreedyTokens({ ...model, masked: other.masked! }, prompt, greedyTokens, decoder);
    await model.dispose();
    await other.dispose();
  });
});
