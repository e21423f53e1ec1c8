import { isSudokuSolution } from "@decodekit/tiny-models/sudoku";

/** The grid of the tour's Sudoku, row by row; a point is an empty cell. */
export const clues = "..63....3....5.6.......1....4..14.6.";

/** Whether the output of a lane solves that Sudoku. */
export function solvesSudoku({ text }: { readonly text: string }): boolean {
  return isSudokuSolution(clues, text);
}
