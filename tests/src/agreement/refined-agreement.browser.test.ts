import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { puzzles, stories } from "@decodekit/tiny-models";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectSameRefinement, PUZZLE, STORY, WAYS_OF_REFINING } from "../support/expect-same-refinement.ts";

// On SwiftShader a pass takes up to half a second, and the first pass of each length takes seconds. So every way of calling the model runs
// on the small one, with few lengths, and only some on the large one. All decoders run on WASM in Node.
describe.each([
  { name: "puzzles", source: puzzles, task: PUZZLE, decoders: WAYS_OF_REFINING },
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
