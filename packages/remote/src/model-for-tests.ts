import { type CausalModel, logSoftmax, seededRandom } from "@decodekit/core";
import { memoryModel } from "@decodekit/core/testing";
import { topK } from "@decodekit/core/toolkit";

/** Rows of logits after prefixes. */
export interface RowsForTest {
  readonly vocabSize: number;
  readonly contextLength: number;
  /** Returns the logits after `tokens`, shape (n,), n >= 1: a new row of shape (vocabSize,). */
  readonly rowAfter: (tokens: Int32Array) => Float32Array;
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

/** Returns the `top` largest of a row's logits as servers give them: tokens and log-probabilities, float32, in descending order. */
export function largestLogits(logits: Float32Array, top: number): [token: number, logProbability: number][] {
  const row = Float32Array.from(logSoftmax(logits));
  const likely = topK(row, Math.min(top, row.length));
  const impossible = Array.from(row.keys()).filter((token) => row[token] === -Infinity);
  return [...likely, ...impossible].slice(0, top).map((token) => [token, row[token]!]);
}
