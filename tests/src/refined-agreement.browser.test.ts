import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { puzzles, stories } from "@decodekit/tiny-models";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectSameRefinement, PUZZLE, REFINERS, STORY } from "./refined-agreement.ts";

// A pass takes up to half a second on SwiftShader, and the first one of every length seconds: so all decoders run on the small model,
// in few lengths, and on the large one some of them.
describe.each([
  { name: "puzzles", source: puzzles, task: PUZZLE, decoders: REFINERS },
  {
    name: "stories",
    source: stories,
    task: { ...STORY, newTokens: 8 },
    decoders: ["fast-dllm", "ar-critic", "judged-tree"],
  },
])("WASM and WebGPU give the same tokens: $name", ({ source, task, decoders }) => {
  const models: OnnxLanguageModel[] = [];
  beforeAll(async () => {
    for (const execution of ["wasm", "webgpu"] as const) models.push(await loadModel(source, { execution }));
    expect(models[1]!.execution).toBe("webgpu");
  }, 240_000);
  afterAll(() => Promise.all(models.map((model) => model.dispose())));

  test.each(decoders)("with %s", (decoder) => expectSameRefinement(decoder, task, models));
});
