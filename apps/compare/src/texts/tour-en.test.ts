import { parseDecoder } from "@decodekit/compare";
import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { puzzles } from "@decodekit/tiny-models";
import { isSudokuSolution } from "@decodekit/tiny-models/sudoku";
import { expect, test } from "vitest";
import { decoders } from "../lab/decoders.ts";
import { chapters } from "./tour-en.ts";

test("of the Sudoku's lanes only the one that may revise solves it, as the tour says", async () => {
  const { prompt, lanes, maxNewTokens, seed } = chapters.find(({ also }) => also)!.also!.settings;
  const model = await loadModel(puzzles, { execution: "wasm" });
  const outcomes = [];
  for (const lane of lanes) {
    const { decoder } = parseDecoder(lane, decoders);
    const { text, statistics } = await generate(model, prompt, { decoder, maxNewTokens, seed }).result;
    outcomes.push({ solved: isSudokuSolution(prompt.slice(0, -1), text), revised: statistics.revisions > 0 });
  }
  await model.dispose();
  expect(outcomes).toEqual([
    { solved: false, revised: false },
    { solved: false, revised: false },
    { solved: true, revised: true },
  ]);
});
