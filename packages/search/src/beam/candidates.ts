import { logSumExp, type TokenId } from "@decodekit/core";
import { topK } from "@decodekit/core/toolkit";

/** The most likely tokens after a sequence. */
export interface Continuations {
  /** In descending order, shape (k,); the lowest id comes first among equals. None is impossible. */
  readonly tokens: readonly TokenId[];
  /** Natural logarithms of their probabilities, shape (k,), float64. */
  readonly logProbabilities: readonly number[];
}

/** A sequence of tokens that a search may continue. */
export interface ReadBeam {
  /** Tokens after the prompt, shape (n,). */
  readonly tokens: Int32Array;
  /** Log-probability of the tokens, in nats, less diversity penalties. */
  readonly total: number;
  readonly next: Continuations;
}

/** A beam continued by one token. */
export interface Candidate<Beam extends ReadBeam> {
  readonly parent: Beam;
  readonly token: TokenId;
  /** As in `ReadBeam`, with the new token. */
  readonly total: number;
}

/** Returns the at most `count` most likely tokens of a row. @throws LogitsError if the row has no distribution. */
export function continuationsOf(row: Float32Array, count: number): Continuations {
  const normaliser = logSumExp(row);
  const tokens = topK(row, count);
  return { tokens, logProbabilities: tokens.map((token) => row[token]! - normaliser) };
}

/** Returns all candidates of `beams`, the best first; the first beam's, and then the lowest id, first among equals. */
export function candidatesOf<Beam extends ReadBeam>(
  beams: readonly Beam[],
  penaltyOf: (token: TokenId) => number,
): readonly Candidate<Beam>[] {
  const candidates = beams.flatMap((parent, beam) =>
    parent.next.tokens.map((token, place) => {
      const total = parent.total + parent.next.logProbabilities[place]! - penaltyOf(token);
      return { parent, token, total, beam };
    }),
  );
  return candidates.toSorted((a, b) => b.total - a.total || a.beam - b.beam || a.token - b.token);
}

/** Returns the tokens of a candidate, shape (n + 1,). */
export function tokensOf({ parent, token }: Candidate<ReadBeam>): Int32Array {
  const tokens = new Int32Array(parent.tokens.length + 1);
  tokens.set(parent.tokens);
  tokens[parent.tokens.length] = token;
  return tokens;
}
