import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SudokuPuzzle } from "@decodekit/tiny-models/sudoku";

export const PUZZLE_DIFFICULTIES = ["easy", "medium", "hard"] as const;

/** The held-out puzzles of the embedded models: 200 of each difficulty. */
export const HELD_OUT_PUZZLES: string = fileURLToPath(import.meta.resolve("@decodekit/tiny-models/puzzles.json"));

/** Reads the first `count` puzzles of every difficulty. */
export function readPuzzles(file: string, count: number): SudokuPuzzle[] {
  const all = JSON.parse(readFileSync(file, "utf8")) as SudokuPuzzle[];
  return PUZZLE_DIFFICULTIES.flatMap((difficulty) => all.filter((puzzle) => puzzle.difficulty === difficulty).slice(0, count));
}
