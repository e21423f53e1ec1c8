import { InvalidOptionError } from "@decodekit/core";

/** Cells of a grid: 6 rows of 6, boxes of 2 rows × 3 columns. */
export const SUDOKU_CELLS = 36;

/** A puzzle with one solution. Grids are 36 characters row by row: digits 1 to 6, and `.` for an empty cell. */
export interface SudokuPuzzle {
  readonly clues: string;
  readonly solution: string;
  /** "easy" puzzles require only cells with a single candidate, "medium" ones also digits with a single place, "hard" ones more. */
  readonly difficulty: "easy" | "medium" | "hard";
}

const SIDE = 6;
const BOX_ROWS = 2;
const BOX_COLUMNS = 3;
const DIGITS = "123456";

/**
 * Returns the prompt that `puzzles` continues with the 36 digits of the solution.
 * @throws InvalidOptionError if `clues` is not a grid.
 */
export function sudokuPrompt(clues: string): string {
  if (!/^[.1-6]{36}$/.test(clues)) {
    throw new InvalidOptionError({ where: "sudokuPrompt", option: "clues", expected: "36 characters out of .123456", actual: clues });
  }
  return `${clues}=`;
}

/** Whether `answer` is a complete grid that keeps `clues` and has every digit once in each row, column and box. */
export function isSudokuSolution(clues: string, answer: string): boolean {
  if (answer.length !== SUDOKU_CELLS || clues.length !== SUDOKU_CELLS) return false;
  const keepsClues = Array.from(clues).every((clue, cell) => clue === "." || clue === answer[cell]);
  return (
    keepsClues && UNITS.every((unit) => new Set(unit.map((cell) => answer[cell]!).filter((digit) => DIGITS.includes(digit))).size === SIDE)
  );
}

/**
 * Returns the cells that cannot be right together, in ascending order: those whose digit is in their row, column or box twice, and those whose
 * answer is not their clue. `answer` holds the digits so far; any other character is an empty cell, which shows its clue, if it has one.
 */
export function sudokuConflicts(clues: string, answer: string): readonly number[] {
  const digits = Array.from({ length: SUDOKU_CELLS }, (_, cell) => digitIn(answer, cell) ?? digitIn(clues, cell));
  const isWrong = (cell: number): boolean => {
    const clue = digitIn(clues, cell);
    return clue !== undefined && digits[cell] !== clue;
  };
  const isTwice = (cell: number): boolean =>
    digits[cell] !== undefined &&
    UNITS.some((unit) => unit.includes(cell) && unit.some((other) => other !== cell && digits[other] === digits[cell]));
  return [...digits.keys()].filter((cell) => isWrong(cell) || isTwice(cell));
}

function digitIn(grid: string, cell: number): string | undefined {
  const character = grid.charAt(cell);
  return character !== "" && DIGITS.includes(character) ? character : undefined;
}

const INDEX = Array.from(DIGITS, (_, index) => index);
const UNITS: readonly (readonly number[])[] = INDEX.flatMap((unit) => [
  INDEX.map((place) => unit * SIDE + place),
  INDEX.map((place) => place * SIDE + unit),
  INDEX.map((place) => boxCell(unit, place)),
]);

function boxCell(box: number, place: number): number {
  const boxesPerRow = SIDE / BOX_COLUMNS;
  const row = Math.floor(box / boxesPerRow) * BOX_ROWS + Math.floor(place / BOX_COLUMNS);
  return row * SIDE + (box % boxesPerRow) * BOX_COLUMNS + (place % BOX_COLUMNS);
}
