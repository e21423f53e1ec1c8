import { SUDOKU_CELLS, sudokuConflicts } from "@decodekit/tiny-models/sudoku";
import type { Cell } from "../trace/cell.ts";
import type { Trace } from "../trace/trace.ts";

/** Returns the clues of a prompt of the puzzle model: six rows of six cells, and the sign before the answer. Undefined for other prompts. */
export function cluesOf(prompt: string): string | undefined {
  return /^([.1-6]{36})=$/.exec(prompt)?.[1];
}

/** Returns the cells that cannot be right together, of the digits that are shown and the clues of the other cells. */
export function conflictsIn(clues: string, cells: readonly (Cell | undefined)[], vocabulary: Trace["vocabulary"]): readonly number[] {
  const digits = Array.from({ length: SUDOKU_CELLS }, (_, place) => {
    const cell = cells[place];
    const text = cell && cell.state !== "masked" ? vocabulary.get(cell.token) : undefined;
    return text !== undefined && /^[1-6]$/.test(text) ? text : ".";
  });
  return sudokuConflicts(clues, digits.join(""));
}
