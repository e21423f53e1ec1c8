import type { RandomSource } from "../random/random.ts";
import type { ProbabilityTable } from "./table-model.ts";

/**
 * Draws a table for `tableModel` from `random`, shape (vocabSize, vocabSize): peaked enough for truncation to exclude tokens, with every
 * token possible after every other. A function of the source.
 */
export function randomTable(random: RandomSource, vocabSize: number): ProbabilityTable {
  return Array.from({ length: vocabSize }, () => {
    const weights = Array.from({ length: vocabSize }, () => Math.exp(3 * random.uniform()));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
}
