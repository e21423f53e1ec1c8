import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { describe, expect, test } from "vitest";
import { goldenSearches } from "./golden-searches.ts";
import { searchBeams } from "@decodekit/search";

const model = await loadModel(stories, { execution: "wasm", onWarning: () => undefined });

describe.each(["beams-stories.json", "groups-stories.json"])("%s", (file) => {
  test.each(goldenSearches(file).map((search, index) => ({ index, ...search })))(
    "finds transformers' hypotheses with its scores, case $index: $options",
    async ({ prompt, stopTokens, newTokens, options, hypotheses: expected }) => {
      const { hypotheses } = await searchBeams(model, Int32Array.from(prompt), { ...options, stopTokens, maxNewTokens: newTokens });
      expect(hypotheses.map(({ tokens, finishReason }) => ({ tokens: [...tokens], finishReason }))).toEqual(
        expected.map(({ tokens, finishReason }) => ({ tokens, finishReason })),
      );
      for (const [rank, { score }] of hypotheses.entries()) expect(Math.abs(score - expected[rank]!.score)).toBeLessThan(1e-4);
    },
  );
});
