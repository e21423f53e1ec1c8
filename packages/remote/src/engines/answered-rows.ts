import type { RowReads } from "@decodekit/core";
import { RemoteError } from "../remote-error.ts";
import { partOfServed } from "../rows/part-of-served.ts";
import { float32NormaliserError, type ServedRow, wholeRowOf } from "../rows/served-row.ts";
import type { AnsweredRow } from "../session/row-server.ts";

/** Logits that are asked for beyond those that are needed, so that ties at the end of a part seldom make it useless. */
const SPARE = 3;

interface RowLimits {
  readonly source: string;
  readonly vocabSize: number;
  readonly mostLogits: number;
}

/** Returns how many logits of each row to ask for. @throws RemoteError "parts-only" if all are needed and the server has not as many. */
export function logitsToAsk(reads: RowReads | undefined, { source, vocabSize, mostLogits }: RowLimits): number {
  if (reads) return Math.min(reads.top + SPARE, mostLogits);
  if (mostLogits === vocabSize) return vocabSize;
  const problem = `the server gives at most ${mostLogits} logits of a row, and the decoder or its sampler needs all of them here`;
  const advice = "Let the server give more, or use greedy decoding or top-p, which seldom need more.";
  throw new RemoteError({ reason: "parts-only", source, problem, advice });
}

/** Returns a row as it was asked for. @throws RemoteError "invalid-answer" if it should be whole and is not. */
export function answeredRow(row: ServedRow, reads: RowReads | undefined, { source, vocabSize }: RowLimits): AnsweredRow {
  if (reads) return partOfServed(row, { vocabSize, normaliserError: float32NormaliserError(vocabSize) }, reads);
  const whole = wholeRowOf(row, vocabSize);
  if (whole) return whole;
  const problem = `${row.tokens.length} log-probabilities came that are no row of ${vocabSize}`;
  const advice = "Check the size of the vocabulary.";
  throw new RemoteError({ reason: "invalid-answer", source, problem, advice });
}
