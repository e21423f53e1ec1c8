import { generate } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { confidence, refine } from "@decodekit/refinement";
import { isSudokuSolution, SUDOKU_CELLS, sudokuPrompt, type SudokuPuzzle } from "@decodekit/tiny-models/sudoku";
import { expect } from "vitest";

/** Solves `puzzles`, which the model can, in any order; left to right it writes digits of whatever worth, at most 36. */
export async function expectSolved(model: OnnxLanguageModel, puzzles: readonly SudokuPuzzle[]): Promise<void> {
  for (const { clues, solution } of puzzles) {
    const anyOrder = refine({ select: confidence(), blockLength: SUDOKU_CELLS });
    const { text } = await generate(model, sudokuPrompt(clues), { decoder: anyOrder, maxNewTokens: SUDOKU_CELLS }).result;
    expect(text).toBe(solution);
    expect(isSudokuSolution(clues, text)).toBe(true);
    const leftToRight = await generate(model, sudokuPrompt(clues), { decoder: greedy(), maxNewTokens: SUDOKU_CELLS }).result;
    expect(leftToRight.text).toMatch(/^[1-6]{1,36}$/);
  }
}
