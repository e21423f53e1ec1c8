import { loadModel } from "@decodekit/core/onnx";
import { describe, test } from "vitest";
import { KINDS } from "../real-model/kinds.ts";
import { arePresent, folderOf } from "../real-model/present-kinds.ts";
import { expectSearch } from "./expect-search.ts";
import { goldenSearches } from "./golden-searches.ts";

// SmolLM2-135M-Instruct, float32, on native; see ../real-model.

describe.runIf(arePresent)("SmolLM2-135M-Instruct", { timeout: 900_000 }, () => {
  test("beam search finds transformers' hypotheses with its scores", async () => {
    const kind = KINDS.find(({ name }) => name === "fp32")!;
    const model = await loadModel(folderOf(kind), { execution: "native", modelFile: kind.modelFile, threads: 1 });
    for (const golden of goldenSearches("beams-smollm2.json")) await expectSearch(model, golden);
    await model.dispose();
  });
});
