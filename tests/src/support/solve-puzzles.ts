import { type Decoder, generate } from "@decodekit/core";
import type { OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { confidence, editAbove, refine } from "@decodekit/refinement";
import { isSudokuSolution, SUDOKU_CELLS, sudokuPrompt, type SudokuPuzzle } from "@decodekit/tiny-models/sudoku";
import { expect } from "vitest";

const REVISING = refine({
  select: confidence(),
  revise: editAbove({ threshold: 0, extraSteps: 12 }),
  blockLength: SUDOKU_CELLS,
  steps: SUDOKU_CELLS + 12,
});

const DIFFICULTIES = ["easy", "medium", "hard"] as const;

/** Returns the first `each` puzzles of every difficulty, in the order of the file. */
export function samplePuzzles(puzzles: readonly SudokuPuzzle[], each: number): readonly SudokuPuzzle[] {
  return DIFFICULTIES.flatMap((difficulty) => {
    const sample = puzzles.filter((puzzle) => puzzle.difficulty === difficulty).slice(0, each);
    expect(sample, `puzzles of the difficulty ${difficulty}`).toHaveLength(each);
    return sample;
  });
}

/** Returns whether the model solves a puzzle: in any order with revision. */
export async function isSolved(model: OnnxLanguageModel, { clues, solution }: SudokuPuzzle, decoder: Decoder = REVISING): Promise<boolean> {
  const { text } = await generate(model, sudokuPrompt(clues), { decoder, maxNewTokens: SUDOKU_CELLS }).result;
  expect(text).toMatch(decoder === REVISING ? /^[1-6]{36}$/ : /^[1-6]{1,36}$/);
  // Every puzzle has one solution, so the two checks must agree.
  expect(isSudokuSolution(clues, text)).toBe(text === solution);
  return text === solution;
}

/** Counts how many of `puzzles` the model solves, by difficulty: in any order with revision, and from left to right. */
export async function countSolved(model: OnnxLanguageModel, puzzles: readonly SudokuPuzzle[]): Promise<Readonly<Record<string, number[]>>> {
  const counts: Record<string, number[]> = {};
  for (const [way, decoder] of [REVISING, greedy()].entries()) {
    for (const puzzle of puzzles) {
      (counts[puzzle.difficulty] ??= [0, 0])[way]! += (await isSolved(model, puzzle, decoder)) ? 1 : 0;
    }
  }
  return counts;
}
