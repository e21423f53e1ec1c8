import type { LanguageModel } from "@decodekit/core";
import { SUDOKU_CELLS, sudokuPrompt, type SudokuPuzzle } from "@decodekit/tiny-models/sudoku";
import { type SelectCandidates, puzzleCandidates } from "./candidates.ts";
import { measuredRun } from "../measure/measured-run.ts";
import type { Row } from "../measure/report.ts";
import { PUZZLE_DIFFICULTIES } from "../tasks/puzzles.ts";

/** Measures the share of solved puzzles, in all and by difficulty. */
export async function measurePuzzles(
  model: LanguageModel,
  puzzles: readonly SudokuPuzzle[],
  selectCandidates: SelectCandidates,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, family, decoder } of selectCandidates(puzzleCandidates())) {
    const solved = new Map<string, number[]>(PUZZLE_DIFFICULTIES.map((difficulty) => [difficulty, []]));
    const runs = [];
    for (const { clues, solution, difficulty } of puzzles) {
      const run = await measuredRun(decoder, model, model.tokenizer.encode(sudokuPrompt(clues)), { maxNewTokens: SUDOKU_CELLS });
      solved.get(difficulty)!.push(model.tokenizer.decode(Int32Array.from(run.tokens)) === solution ? 1 : 0);
      runs.push(run);
    }
    const shares = [...solved].map(([difficulty, outcomes]) => [difficulty, mean(outcomes)] as const);
    rows.push({ name, family, runs, quality: { solved: mean([...solved.values()].flat()), ...Object.fromEntries(shares) } });
  }
  return rows;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
