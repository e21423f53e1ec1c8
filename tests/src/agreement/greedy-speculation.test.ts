import { loadModel } from "@decodekit/core/onnx";
import { maskedDraft, speculative } from "@decodekit/speculative";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import golden from "../../../packages/tiny-models/golden/transformers.json" with { type: "json" };
import { expectGreedyTokens } from "../support/expect-greedy.ts";
import { expectGreedySpeculation } from "../support/expect-greedy-speculation.ts";

// What a drafter makes of the rows is the same on WASM, where a pass takes twice as long, so it gets fewer prompts.
describe.each([
  ["native", golden.prompts],
  ["wasm", golden.prompts.slice(0, 2)],
] as const)("greedy speculation in Node on %s", (execution, given) => {
  test("returns greedy's tokens with every drafter", async () => {
    const [model, draft] = [await loadModel(stories, { execution }), await loadModel(storiesDraft, { execution })];
    await expectGreedySpeculation(model, draft.causal, { prompts: given.map(({ prompt }) => prompt), newTokens: 48 });
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
