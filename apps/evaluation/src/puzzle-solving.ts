import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Decoder, generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { confidence, refine, type RefineOptions, reopenDoubted, threshold } from "@decodekit/refinement";
import { isSudokuSolution, SUDOKU_CELLS, sudokuPrompt, type SudokuPuzzle } from "@decodekit/tiny-models/sudoku";

/** The 200 held-out puzzles of each difficulty. */
export function readPuzzles(): SudokuPuzzle[] {
  return JSON.parse(readFileSync(fileURLToPath(import.meta.resolve("@decodekit/tiny-models/puzzles.json")), "utf8")) as SudokuPuzzle[];
}

/** Fills every cell that is at least so certain, in at most 34 steps, so that with reading the clues it takes fewer passes than there are cells. */
function parallel(least: number): RefineOptions {
  return { select: threshold({ threshold: least }), blockLength: SUDOKU_CELLS, steps: SUDOKU_CELLS - 2 };
}

/** Ways to fill a grid, all at temperature 0. */
export const puzzleDecoders: Readonly<Record<string, Decoder<"causal"> | Decoder<"masked">>> = {
  "left to right": greedy(),
  "any order, the surest cell a pass": refine({ select: confidence(), blockLength: SUDOKU_CELLS }),
  "any order, all cells above 0.99": refine(parallel(0.99)),
  "any order, all cells above 0.99, revising": refine({ ...parallel(0.99), revise: reopenDoubted() }),
  "any order, all cells above 0.9": refine(parallel(0.9)),
  "any order, all cells above 0.9, revising": refine({ ...parallel(0.9), revise: reopenDoubted() }),
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
