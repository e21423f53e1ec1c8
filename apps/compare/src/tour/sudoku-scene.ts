import { isSudokuSolution } from "@decodekit/tiny-models/sudoku";

/** The grid of the tour's Sudoku, row by row; a point is an empty cell. */
export const clues = ".......53..2..4..5.2..31...5.45.....";

/** Whether the output of a lane solves that Sudoku. */
export function solvesSudoku({ text }: { readonly text: string }): boolean {
  return isSudokuSolution(clues, text);
}
