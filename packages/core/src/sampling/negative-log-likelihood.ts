import type { TokenId } from "../contracts/model.ts";
import { logSumExp } from "./softmax.ts";

/**
 * Returns -ln p of `token` under the softmax of `row`, shape (vocabSize,), at temperature 1, in nats: >= 0, Infinity for a forbidden token.
 * @throws LogitsError if the row has no distribution.
 */
export function negativeLogLikelihood(row: ArrayLike<number>, token: TokenId): number {
  return logSumExp(row) - row[token]!;
}
