import { readFileSync } from "node:fs";
import { InvalidOptionError } from "@decodekit/core";
import { expect, test } from "vitest";
import { isSudokuSolution, sudokuPrompt, type SudokuPuzzle } from "./sudoku.ts";

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
