import type { DecodeEvent, FinishReason, TokenAlternatives } from "../contracts/decoder.ts";
import type { DecodeStatistics } from "../decode/statistics.ts";

export interface GenerateResult {
  /** The whole output as text. */
  readonly text: string;
  /** Committed tokens, shape (n,). If a stop string ended the text, they end with the token that completed it. */
  readonly tokens: Int32Array;
  readonly finishReason: FinishReason;
  readonly statistics: DecodeStatistics;
  /** Natural logarithm of each token's probability, shape (n,), NaN where unknown. Only with the option `logProbabilities`. */
  readonly logProbabilities?: Float32Array | undefined;
  /** The most likely tokens at each of the n positions. Only with the option `logProbabilities`, if it is at least 1. */
  readonly alternatives?: TokenAlternatives | undefined;
}

/**
 * One decode as text, events and result. Nothing runs until one of them is read, and each provides the whole decode at any time. Reading
 * `result` runs the decode to its end. If the last reader of a stream leaves early and `result` was not read, the decode ends with finish
 * reason "abort".
 */
export interface Generation {
  /** Text of the committed tokens, in pieces that add up to `result.text`. Never splits a character. */
  readonly textStream: AsyncIterable<string>;
  readonly events: AsyncIterable<DecodeEvent>;
  readonly result: Promise<GenerateResult>;
}
