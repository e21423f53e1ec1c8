import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expectSameRefinement, REFINERS } from "./refined-agreement.ts";

describe("native and WASM give the same tokens", () => {
  const models: OnnxLanguageModel[] = [];
  beforeAll(async () => {
    for (const execution of ["native", "wasm"] as const) models.push(await loadModel(stories, { execution, threads: 1 }));
  }, 60_000);
  afterAll(() => Promise.all(models.map((model) => model.dispose())));

  test.each(REFINERS)("with %s", (name) => expectSameRefinement(name, models[0]!, models[1]!, 24));
});
