import { type CausalModel, seededRandom } from "@decodekit/core";
import { memoryModel } from "@decodekit/core/testing";

/** Rows of logits after prefixes. */
export interface RowsForTest {
  readonly vocabSize: number;
  readonly contextLength: number;
  /** Returns the logits after `tokens`, shape (n,), n >= 1: a new row of shape (vocabSize,). */
  rowAfter(tokens: Int32Array): Float32Array;
}

/** Rows that depend on the last two tokens and on the length, with a few likely tokens each. */
export function rowsForTest(vocabSize: number, seed = 1): RowsForTest {
  return {
    vocabSize,
    contextLength: 64,
    rowAfter(tokens) {
      const random = seededRandom(seed)
        .fork(tokens.length % 7)
        .fork(tokens.at(-1)!)
        .fork(tokens.at(-2) ?? vocabSize);
      return Float32Array.from({ length: vocabSize }, () => -2.5 * Math.log(1 - random.uniform()));
    },
  };
}

/** The same rows as a local model. */
export function localModel({ vocabSize, contextLength, rowAfter }: RowsForTest): CausalModel {
  return memoryModel({ vocabSize, contextLength, tree: true, logitsAfter: rowAfter });
}
