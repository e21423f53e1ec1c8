import { type Decoder, generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { adaptive, confidence, refine, type RefineOptions, remaskDoubted, threshold } from "@decodekit/refinement";
import { isSudokuSolution, SUDOKU_CELLS, sudokuPrompt, type SudokuPuzzle } from "@decodekit/tiny-models/sudoku";

/** Options that fill every cell of at least `minConfidence`, in at most 34 steps: including the prefill, fewer passes than cells. */
function parallel(minConfidence: number): RefineOptions {
  return {
    select: threshold({ threshold: minConfidence }),
    schedule: adaptive(),
    blockLength: SUDOKU_CELLS,
    steps: SUDOKU_CELLS - 2,
  };
}

/** Decoders that fill a grid, all at temperature 0. */
export const puzzleDecoders: Readonly<Record<string, Decoder<"causal"> | Decoder<"masked">>> = {
  "left to right": greedy(),
  "any order, the most certain cell per pass": refine({ select: confidence(), blockLength: SUDOKU_CELLS }),
  "any order, all cells above 0.99": refine(parallel(0.99)),
  "any order, all cells above 0.99, revising": refine({ ...parallel(0.99), revise: remaskDoubted() }),
  "any order, all cells above 0.97, revising": refine({ ...parallel(0.97), revise: remaskDoubted() }),
  "any order, all cells above 0.95, revising": refine({ ...parallel(0.95), revise: remaskDoubted() }),
  "any order, all cells above 0.9": refine(parallel(0.9)),
  "any order, all cells above 0.9, revising": refine({ ...parallel(0.9), revise: remaskDoubted() }),
};

export interface SolveRate {
  readonly solved: number;
  readonly puzzles: number;
  /** Forward passes per puzzle, including the prefill. */
  readonly passes: number;
}

/** Counts the puzzles that the decoder solves exactly. */
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
