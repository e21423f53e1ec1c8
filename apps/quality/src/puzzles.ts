import { readFileSync } from "node:fs";
import type { LanguageModel } from "@decodekit/core";
import { type InTurn, puzzleContestants } from "./contestants.ts";
import { measuredRun } from "./measured-run.ts";
import type { Row } from "./report.ts";

/** A 6×6 Sudoku with one solution; "." is an empty cell. */
export interface Puzzle {
  readonly clues: string;
  readonly solution: string;
  readonly difficulty: "easy" | "medium" | "hard";
}

const DIFFICULTIES = ["easy", "medium", "hard"] as const;

/** `each` puzzles of every difficulty. */
export function readPuzzles(file: string | URL, each: number): Puzzle[] {
  const all = JSON.parse(readFileSync(file, "utf8")) as Puzzle[];
  return DIFFICULTIES.flatMap((difficulty) => all.filter((puzzle) => puzzle.difficulty === difficulty).slice(0, each));
}

/** Share of the puzzles that are solved, by difficulty. */
export async function measurePuzzles(model: LanguageModel, puzzles: readonly Puzzle[], inTurn: InTurn): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, family, decoder } of inTurn(puzzleContestants())) {
    const solved = new Map<string, number[]>(DIFFICULTIES.map((difficulty) => [difficulty, []]));
    const runs = [];
    for (const { clues, solution, difficulty } of puzzles) {
      const run = await measuredRun(decoder, model, model.tokenizer.encode(`${clues}=`), { maxNewTokens: clues.length });
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
