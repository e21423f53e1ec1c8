/** Matches a prompt of the puzzle model: six rows of six cells, and the sign before the answer. */
const SUDOKU = /^([.1-6]{36})=$/;

/** Returns the cells of a Sudoku in a prompt, with "." for an empty cell; undefined for any other prompt. */
export function cluesOf(prompt: string): string | undefined {
  return SUDOKU.exec(prompt)?.[1];
}
