import { readFileSync } from "node:fs";
import { InvalidOptionError } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { isSudokuSolution, SUDOKU_CELLS, sudokuConflicts, sudokuPrompt, type SudokuPuzzle } from "./sudoku.ts";

const puzzles = JSON.parse(readFileSync(new URL("../golden/puzzles.json", import.meta.url), "utf8")) as SudokuPuzzle[];

test("there are 200 held-out puzzles of each difficulty, all different", () => {
  for (const level of ["easy", "medium", "hard"]) expect(puzzles.filter(({ difficulty }) => difficulty === level)).toHaveLength(200);
  expect(new Set(puzzles.map(({ clues }) => clues)).size).toBe(600);
});

test("the generator's solutions are solutions, and nothing else is", () => {
  for (const { clues, solution } of puzzles) {
    expect(isSudokuSolution(clues, solution)).toBe(true);
    expect(isSudokuSolution(clues, solution.slice(1))).toBe(false);
    expect(isSudokuSolution(clues, `${solution[1]}${solution[0]}${solution.slice(2)}`)).toBe(false);
  }
});

test("a valid grid that changes a clue is not a solution", () => {
  const [first, second] = puzzles;
  expect(isSudokuSolution(first!.clues, second!.solution)).toBe(false);
});

test("each kind of unit is checked", () => {
  const latinSquare = "123456234561345612456123561234612345"; // rows and columns are valid, boxes are not
  expect(isSudokuSolution(".".repeat(36), latinSquare)).toBe(false);
  const rowsOnly = "123456".repeat(6);
  expect(isSudokuSolution(".".repeat(36), rowsOnly)).toBe(false);
});

test("a prompt is the clues and the answer mark", () => {
  expect(sudokuPrompt(puzzles[0]!.clues)).toBe(`${puzzles[0]!.clues}=`);
  for (const wrong of ["", ".".repeat(35), "7".repeat(36)]) expect(() => sudokuPrompt(wrong)).toThrow(InvalidOptionError);
});

describe("conflicts", () => {
  const empty = ".".repeat(SUDOKU_CELLS);
  const withDigit = (grid: string, cell: number, digit: string): string => grid.slice(0, cell) + digit + grid.slice(cell + 1);

  test("are none in a solution, the clues alone and the beginning of a solution, and some in any other whole grid", () => {
    for (const { clues, solution } of puzzles) {
      for (const answer of [solution, "", empty, solution.slice(0, 20)]) expect(sudokuConflicts(clues, answer)).toEqual([]);
      const swapped = `${solution[1]}${solution[0]}${solution.slice(2)}`;
      expect(sudokuConflicts(clues, swapped).length).toBeGreaterThan(0);
    }
  });

  test("are both cells with a digit that a row, column or box has twice", () => {
    const with3 = (cell: number): string => withDigit(withDigit(empty, 0, "3"), cell, "3");
    expect(sudokuConflicts(empty, with3(5))).toEqual([0, 5]);
    expect(sudokuConflicts(empty, with3(30))).toEqual([0, 30]);
    expect(sudokuConflicts(empty, with3(8))).toEqual([0, 8]);
    // Neither in the row, nor in the column, nor in the box of cell 0.
    expect(sudokuConflicts(empty, with3(9))).toEqual([]);
    expect(sudokuConflicts(empty, with3(14))).toEqual([]);
  });

  test("are an answer that is not its clue, and one that repeats a clue which is not answered yet", () => {
    const oneClue = withDigit(empty, 7, "4");
    expect(sudokuConflicts(oneClue, withDigit(empty, 7, "5"))).toEqual([7]);
    expect(sudokuConflicts(oneClue, withDigit(empty, 10, "4"))).toEqual([7, 10]);
    expect(sudokuConflicts(oneClue, "=?".repeat(18))).toEqual([]);
  });
});
