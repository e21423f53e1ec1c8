import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectSameRefinement, REFINERS } from "./refined-agreement.ts";

describe("WASM and WebGPU give the same tokens", () => {
  const models: OnnxLanguageModel[] = [];
  beforeAll(async () => {
    for (const execution of ["wasm", "webgpu"] as const) models.push(await loadModel(stories, { execution }));
    expect(models[1]!.execution).toBe("webgpu");
  }, 240_000);
  afterAll(() => Promise.all(models.map((model) => model.dispose())));

  // A pass takes about half a second on SwiftShader, so it is the quickest decoders and few tokens.
  test.each(REFINERS.slice(0, 5))("with %s", (name) => expectSameRefinement(name, models[0]!, models[1]!, 6));
});
