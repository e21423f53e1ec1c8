import type { RandomSource } from "../random.ts";
import type { ProbabilityTable } from "./table-model.ts";

/**
 * A table for `tableModel` drawn from `random`, shape (vocabSize, vocabSize): peaked enough that truncation cuts tokens off,
 * every token possible after every other. Same source, same table.
 */
export function randomTable(random: RandomSource, vocabSize: number): ProbabilityTable {
  return Array.from({ length: vocabSize }, () => {
    const weights = Array.from({ length: vocabSize }, () => Math.exp(3 * random.uniform()));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
}
