import { loadModel } from "@decodekit/core/onnx";
import { puzzles } from "@decodekit/tiny-models";
import type { SudokuPuzzle } from "@decodekit/tiny-models/sudoku";
import { expect, test } from "vitest";
import heldOut from "../../packages/tiny-models/golden/puzzles.json" with { type: "json" };
import { expectSolved } from "./puzzle-agreement.ts";

const easy = heldOut[0] as SudokuPuzzle;

test.each(["wasm", "webgpu"] as const)("the puzzle model solves a puzzle in Chromium on %s", async (execution) => {
  const model = await loadModel(puzzles, { execution });
  expect(model.execution).toBe(execution);
  await expectSolved(model, [easy]);
  await model.dispose();
});
