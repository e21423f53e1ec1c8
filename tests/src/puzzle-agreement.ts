import { generate } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { confidence, editAbove, refine } from "@decodekit/refinement";
import { isSudokuSolution, SUDOKU_CELLS, sudokuPrompt, type SudokuPuzzle } from "@decodekit/tiny-models/sudoku";
import { expect } from "vitest";

const revising = refine({
  select: confidence(),
  revise: editAbove({ threshold: 0, extraSteps: 12 }),
  blockLength: SUDOKU_CELLS,
  steps: SUDOKU_CELLS + 12,
});

/** Solves `puzzles`, which the model can, in any order and correcting itself; left to right it writes digits of whatever worth, at most 36. */
export async function expectSolved(model: OnnxLanguageModel, puzzles: readonly SudokuPuzzle[]): Promise<void> {
  for (const { clues, solution } of puzzles) {
    const { text } = await generate(model, sudokuPrompt(clues), { decoder: revising, maxNewTokens: SUDOKU_CELLS }).result;
    expect(text).toBe(solution);
    expect(isSudokuSolution(clues, text)).toBe(true);
    const leftToRight = await generate(model, sudokuPrompt(clues), { decoder: greedy(), maxNewTokens: SUDOKU_CELLS }).result;
    expect(leftToRight.text).toMatch(/^[1-6]{1,36}$/);
  }
}
