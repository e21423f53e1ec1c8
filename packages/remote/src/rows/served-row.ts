/** The largest logits of a row as a server gives them: log-probabilities, the softmax of all logits of the row at temperature 1. */
export interface ServedRow {
  /** Shape (k,), each token once, in any order. */
  readonly tokens: Int32Array;
  /** Shape (k,), float32, <= 0; -Infinity for a probability that the server rounds to 0. */
  readonly logProbabilities: Float32Array;
}

/** What is known of the rows of a server beyond their values. */
export interface RowFacts {
  readonly vocabSize: number;
  /**
   * Bound on the relative error of the sum that the server normalised with: the log-probabilities of a whole row sum to a probability in
   * [1 - error, 1 + error].
   */
  readonly normaliserError: number;
}

/**
 * Returns a bound on the relative error of a softmax over `vocabSize` logits that is computed in float32 in any order: n - 1 additions of
 * positive terms (Higham, Accuracy and Stability of Numerical Algorithms, section 4.2), and the exponentials, the division and the
 * logarithm of each term.
 */
export function float32NormaliserError(vocabSize: number): number {
  return (vocabSize + 64) * 2 ** -24;
}

/** How far the probabilities of a whole row may sum to less than 1, see `float32NormaliserError`. */
const MOST_MISSING = 0.02;

/** Returns the whole row, shape (vocabSize,), of log-probabilities, or undefined if tokens are missing. */
export function wholeRowOf({ tokens, logProbabilities }: ServedRow, vocabSize: number): Float32Array | undefined {
  const sum = logProbabilities.reduce((total, logProbability) => total + Math.exp(logProbability), 0);
  if (tokens.length !== vocabSize || sum < 1 - MOST_MISSING) return undefined;
  const row = new Float32Array(vocabSize);
  for (const [place, token] of tokens.entries()) row[token] = logProbabilities[place]!;
  return row;
}
