import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Decoder, generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { confidence, editAbove, refine, threshold } from "@decodekit/refinement";
import { isSudokuSolution, SUDOKU_CELLS, sudokuPrompt, type SudokuPuzzle } from "@decodekit/tiny-models/sudoku";

/** The 200 held-out puzzles of each difficulty. */
export function readPuzzles(): SudokuPuzzle[] {
  return JSON.parse(readFileSync(fileURLToPath(import.meta.resolve("@decodekit/tiny-models/puzzles.json")), "utf8")) as SudokuPuzzle[];
}

/** Ways to fill a grid, all at temperature 0. */
export const puzzleDecoders: Readonly<Record<string, Decoder<"causal"> | Decoder<"masked">>> = {
  "left to right": greedy(),
  "any order, surest first": refine({ select: confidence(), blockLength: SUDOKU_CELLS }),
  "any order, revising": refine({
    select: confidence(),
    revise: editAbove({ threshold: 0, extraSteps: 12 }),
    blockLength: SUDOKU_CELLS,
    steps: SUDOKU_CELLS + 12,
  }),
  "all the sure ones at once": refine({ select: threshold(), blockLength: SUDOKU_CELLS }),
  "all the sure ones at once, revising": refine({
    select: threshold(),
    revise: editAbove({ threshold: 0.5, extraSteps: 12 }),
    blockLength: SUDOKU_CELLS,
  }),
};

export interface SolveRate {
  readonly solved: number;
  readonly puzzles: number;
  /** Forward passes per puzzle, reading the clues included. */
  readonly passes: number;
}

/** How many of `puzzles` the decoder solves exactly. */
export async function solveRate(
  model: LanguageModel,
  decoder: Decoder<"causal"> | Decoder<"masked">,
  puzzles: readonly SudokuPuzzle[],
): Promise<SolveRate> {
  let solved = 0;
  let passes = 0;
  for (const { clues } of puzzles) {
    const { text, statistics } = await generate(model, sudokuPrompt(clues), { decoder, maxNewTokens: SUDOKU_CELLS }).result;
    if (isSudokuSolution(clues, text)) solved++;
    for (const count of Object.values(statistics.passes)) passes += count;
  }
  return { solved, puzzles: puzzles.length, passes: passes / puzzles.length };
}
