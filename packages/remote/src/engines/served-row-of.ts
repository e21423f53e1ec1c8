import type { ServedRow } from "../rows/served-row.ts";
import type { AnswerValue } from "./answer-value.ts";

export interface ExpectedRow {
  /** Logits that were asked for. */
  readonly top: number;
  readonly vocabSize: number;
}

/** How far probabilities may sum to more than 1: rounding is below, logits in their place are far above. */
const MOST_EXCESS = 0.01;

/**
 * Returns the row that pairs of a token and its log-probability make.
 * @throws RemoteError "invalid-answer" for a token outside the vocabulary, one that comes twice, fewer than `top` logits, or values that
 * are not log-probabilities.
 */
export function servedRow(
  logits: readonly (readonly [token: number, logProbability: AnswerValue])[],
  answer: AnswerValue,
  { top, vocabSize }: ExpectedRow,
): ServedRow {
  if (logits.length < top) throw answer.error(`an answer with ${top} logits of each row`, `${logits.length}`);
  const tokens = Int32Array.from(logits, ([token]) => token);
  const outside = tokens.find((token) => !(token >= 0 && token < vocabSize));
  if (outside !== undefined) throw answer.error(`an answer with tokens in [0, ${vocabSize})`, `${outside}`);
  if (new Set(tokens).size < tokens.length) throw answer.error("an answer with each token of a row once", "one twice");
  const logProbabilities = Float32Array.from(logits, ([, logProbability]) => logProbability.logProbability());
  const sum = logProbabilities.reduce((total, logProbability) => total + Math.exp(logProbability), 0);
  if (sum > 1 + MOST_EXCESS)
    throw answer.error("an answer with log-probabilities", `values whose probabilities sum to ${sum.toPrecision(3)}`);
  return { tokens, logProbabilities };
}
