import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { describe, test } from "vitest";
import { expectSearch } from "./expect-search.ts";
import { goldenSearches } from "./golden-searches.ts";

const model = await loadModel(stories, { execution: "wasm" });

describe.each(["beams-stories.json", "groups-stories.json"])("%s", (file) => {
  test.each(goldenSearches(file).map((golden, index) => ({ index, golden, ...golden.options })))(
    "finds transformers' hypotheses with its scores, case $index: $beams beams, $groups groups, length penalty $lengthPenalty, early stopping $earlyStopping",
    ({ golden }) => expectSearch(model, golden),
  );
});
