import type { ServedRow } from "../rows/served-row.ts";
import type { AnswerValue } from "./answer-value.ts";

/**
 * Returns the row that pairs of a token and its log-probability make.
 * @throws RemoteError "invalid-answer" for a token outside the vocabulary, one that comes twice, or fewer than `top` logits.
 */
export function servedRow(
  logits: readonly (readonly [AnswerValue, AnswerValue])[],
  answer: AnswerValue,
  { top, vocabSize }: { readonly top: number; readonly vocabSize: number },
): ServedRow {
  if (logits.length < top) throw answer.error(`an answer with ${top} logits of each row`, `${logits.length}`);
  const tokens = Int32Array.from(logits, ([token]) => token.integer(0, vocabSize - 1));
  if (new Set(tokens).size < tokens.length) throw answer.error("an answer with each token of a row once", "one twice");
  return { tokens, logProbabilities: Float32Array.from(logits, ([, logProbability]) => logProbability.logProbability()) };
}
