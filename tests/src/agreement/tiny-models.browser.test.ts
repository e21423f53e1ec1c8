import { loadModel } from "@decodekit/core/onnx";
import { puzzles } from "@decodekit/tiny-models";
import type { SudokuPuzzle } from "@decodekit/tiny-models/sudoku";
import { expect, test } from "vitest";
import heldOut from "../../../packages/tiny-models/golden/puzzles.json" with { type: "json" };
import { isSolved, samplePuzzles } from "../support/solve-puzzles.ts";

const samples = samplePuzzles(heldOut as SudokuPuzzle[], 1);

// A puzzle takes up to 48 passes, which take most of a minute on SwiftShader, so WebGPU gets one: the hard one.
test.each([
  ["wasm", samples],
  ["webgpu", samples.filter(({ difficulty }) => difficulty === "hard")],
] as const)("the puzzle model solves the first puzzle of a difficulty in Chromium on %s", async (execution, sample) => {
  const model = await loadModel(puzzles, { execution });
  expect(model.execution).toBe(execution);
  expect(sample.length).toBeGreaterThan(0);
  for (const puzzle of sample) expect(await isSolved(model, puzzle), puzzle.difficulty).toBe(true);
  await model.dispose();
});
