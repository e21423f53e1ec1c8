import { loadModel, type ModelSource, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { puzzles, stories } from "@decodekit/tiny-models";
import { afterAll, beforeAll, describe, test } from "vitest";
import { expectSameRefinement, PUZZLE, REFINERS, STORY } from "../support/expect-same-refinement.ts";

describe.each([
  { name: "stories", source: stories, task: STORY },
  { name: "puzzles", source: puzzles, task: { ...PUZZLE, newTokens: 36, blockLength: 12 } },
] satisfies readonly { readonly source: ModelSource; readonly task: typeof STORY; readonly name: string }[])(
  "native and WASM give the same tokens: $name",
  ({ source, task }) => {
    const models: OnnxLanguageModel[] = [];
    beforeAll(async () => {
      for (const execution of ["native", "wasm"] as const) models.push(await loadModel(source, { execution, threads: 1 }));
    }, 60_000);
    afterAll(() => Promise.all(models.map((model) => model.dispose())));

    test.each(REFINERS)("with %s", (decoder) => expectSameRefinement(decoder, task, models), 60_000);
  },
);
