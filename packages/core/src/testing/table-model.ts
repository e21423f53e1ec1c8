import { InvalidOptionError } from "../errors.ts";
import { memoryModel, type MemoryModelOptions, type TestModel } from "./memory-model.ts";

/** Row t holds the probabilities of the token after token t, shape (vocabSize, vocabSize): a Markov chain. */
export type ProbabilityTable = readonly (readonly number[])[];

export interface TableModelOptions {
  /**
   * Probabilities of the next token: a table by the last token, or a function of the whole prefix, shape (n,), n >= 1.
   * Every row has shape (vocabSize,), is >= 0 and sums to 1 within 1e-9.
   */
  readonly probabilities: ProbabilityTable | ((prefix: Int32Array) => ArrayLike<number>);
  /** Required for a function. @defaultValue the number of rows of a table */
  readonly vocabSize?: number | undefined;
  /** @defaultValue 64 */
  readonly contextLength?: number | undefined;
  /** Whether sessions read trees. @defaultValue false */
  readonly tree?: boolean | undefined;
  /** Returns the hidden state after a prefix, as that of `memoryModel`. @defaultValue passes return none */
  readonly hiddenStateAfter?: MemoryModelOptions["hiddenStateAfter"];
  /** Returns the hidden state after layer 0, as that of `memoryModel`. @defaultValue the model has none */
  readonly layerStatesAfter?: MemoryModelOptions["layerStatesAfter"];
}

/**
 * Creates a causal model with known probabilities: its logits are the float32 values nearest to ln p, -Infinity if p is 0. Its exact
 * distribution is `softmax(logits)` of those float32 values, within 1e-7 of `probabilities`.
 * @throws InvalidOptionError if a row is not a distribution over the vocabulary: at once for a table, else at the pass.
 */
export function tableModel({
  probabilities,
  contextLength = 64,
  tree,
  hiddenStateAfter,
  layerStatesAfter,
  ...options
}: TableModelOptions): TestModel {
  const vocabSize = options.vocabSize ?? (typeof probabilities === "function" ? 0 : probabilities.length);
  if (!(Number.isInteger(vocabSize) && vocabSize > 0)) {
    throw new InvalidOptionError({ where: "tableModel", option: "vocabSize", expected: "an integer >= 1", actual: vocabSize });
  }
  if (typeof probabilities !== "function") probabilities.forEach((row) => checkRow(row, vocabSize));
  const after = typeof probabilities === "function" ? probabilities : (prefix: Int32Array) => probabilities[prefix.at(-1)!] ?? [];
  return memoryModel({
    vocabSize,
    contextLength,
    tree,
    hiddenStateAfter,
    layerStatesAfter,
    logitsAfter(prefix) {
      const row = after(prefix);
      checkRow(row, vocabSize);
      return Float32Array.from(row, Math.log);
    },
  });
}

function checkRow(row: ArrayLike<number>, vocabSize: number): void {
  let sum = 0;
  for (let token = 0; token < row.length; token++) sum += row[token]! >= 0 ? row[token]! : NaN;
  if (row.length === vocabSize && Math.abs(sum - 1) <= 1e-9) return;
  const expected = `rows of ${vocabSize} numbers >= 0 that sum to 1`;
  throw new InvalidOptionError({
    where: "tableModel",
    option: "probabilities",
    expected,
    actual: `${row.length} numbers that sum to ${sum}`,
  });
}
