import { generate, type LanguageModel } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { withPrefixCache } from "@decodekit/core/toolkit";
import { greedy } from "@decodekit/greedy";
import { arThenRefine } from "@decodekit/refinement";
import { ddtree, draftModel, maskedDraft, promptLookup, speculative } from "@decodekit/speculative";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import { topP } from "@decodekit/top-p";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const decoders = {
  greedy: () => greedy(),
  "top-p": () => topP({ p: 0.9, temperature: 0.8 }),
  "prompt-lookup": () => speculative({ drafter: promptLookup(), draftLength: 4 }),
  "masked-draft": () => speculative({ drafter: maskedDraft(), draftLength: 4 }),
  ddtree: () => speculative({ drafter: ddtree(), draftLength: 6 }),
  "draft-model": () => speculative({ drafter: draftModel(), draftLength: 4 }),
  "ar-then-refine": () => arThenRefine({ blockLength: 6 }),
} as const;

const STARTS = ["Once upon a time, there was a little dog", "One day, Lily and her mom went to the park"];
const NEXT = ["One morning, ", "The next day, ", "Then "];

describe.each(["native", "wasm"] as const)("the embedded model on %s", (execution) => {
  let loaded: OnnxLanguageModel;
  let draft: OnnxLanguageModel;
  let plain: LanguageModel;
  beforeAll(async () => {
    loaded = await loadModel(stories, { execution });
    draft = await loadModel(storiesDraft, { execution });
    plain = { ...loaded, draft: draft.causal };
  });
  afterAll(async () => {
    await loaded.dispose();
    await draft.dispose();
  });

  test.each(Object.entries(decoders))("tells the same stories turn by turn with a prefix cache: %s", async (_name, create) => {
    const cached = withPrefixCache(plain);
    const textOf = async (model: LanguageModel, prompt: string, seed: number): Promise<string> =>
      (await generate(model, prompt, { decoder: create(), maxNewTokens: 16, seed }).result).text;
    const told = [...STARTS];
    let promptTokens = 0;
    for (const [turn, opening] of NEXT.entries()) {
      for (const [index, story] of told.entries()) {
        promptTokens += plain.tokenizer.encode(story).length;
        const expected = await textOf(plain, story, turn);
        expect(await textOf(cached, story, turn), story).toBe(expected);
        told[index] = `${story}${expected} ${opening}`;
      }
    }
    const { sessions, hits, positionsReused } = cached.prefixCache.statistics("causal");
    // Also the two beginnings have a token in common.
    expect([sessions, hits]).toEqual([6, 5]);
    expect(positionsReused).toBeGreaterThan(promptTokens / 3);
    await cached.prefixCache.clear();
  });
});
