import { loadModel } from "@decodekit/core/onnx";
import { searchBeams } from "@decodekit/search";
import { describe, expect, test } from "vitest";
import { KINDS } from "../real-model/kinds.ts";
import { arePresent, folderOf } from "../real-model/present-kinds.ts";
import { goldenSearches } from "./golden-searches.ts";

// SmolLM2-135M-Instruct, float32, on native; see ../real-model.

describe.runIf(arePresent)("SmolLM2-135M-Instruct", { timeout: 900_000 }, () => {
  test("beam search finds transformers' hypotheses with its scores", async () => {
    const kind = KINDS.find(({ name }) => name === "fp32")!;
    const model = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile, threads: 2, onWarning: () => undefined });
    for (const { prompt, stopTokens, newTokens, options, hypotheses: expected } of goldenSearches("beams-smollm2.json")) {
      const { hypotheses } = await searchBeams(model, Int32Array.from(prompt), { ...options, stopTokens, maxNewTokens: newTokens });
      const what = JSON.stringify(options);
      expect(hypotheses.map(({ tokens, finishReason }) => ({ tokens: [...tokens], finishReason })), what).toEqual(
        expected.map(({ tokens, finishReason }) => ({ tokens, finishReason })),
      );
      for (const [rank, { score }] of hypotheses.entries()) expect(Math.abs(score - expected[rank]!.score), what).toBeLessThan(1e-4);
    }
    await model.dispose();
  });
});
