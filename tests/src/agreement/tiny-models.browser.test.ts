import { loadModel } from "@decodekit/core/onnx";
import { puzzles } from "@decodekit/tiny-models";
import type { SudokuPuzzle } from "@decodekit/tiny-models/sudoku";
import { expect, test } from "vitest";
import heldOut from "../../../packages/tiny-models/golden/puzzles.json" with { type: "json" };
import { countSolved, samplePuzzles } from "../support/solve-puzzles.ts";

test.each(["wasm", "webgpu"] as const)(
  "the puzzle model solves the first puzzle of each difficulty in Chromium on %s",
  async (execution) => {
    const model = await loadModel(puzzles, { execution });
    expect(model.execution).toBe(execution);
    const solved = await countSolved(model, samplePuzzles(heldOut as SudokuPuzzle[], 1));
    expect(Object.entries(solved).map(([difficulty, [revising]]) => [difficulty, revising])).toEqual([
      ["easy", 1],
      ["medium", 1],
      ["hard", 1],
    ]);
    await model.dispose();
  },
);
