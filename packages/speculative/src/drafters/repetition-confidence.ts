/**
 * Share of right guesses by the number of tokens before the guess that match an earlier passage, from 1 on: measured on 60 greedy answers
 * of SmolLM2-135M-Instruct to tasks of ten kinds. Beyond the last one, 0.985 were right.
 */
const RIGHT_GUESSES = [
  0.2, 0.48, 0.58, 0.75, 0.78, 0.78, 0.8, 0.8, 0.84, 0.87, 0.88, 0.89, 0.91, 0.93, 0.94, 0.95, 0.95, 0.95, 0.955, 0.955, 0.96, 0.96, 0.96,
  0.965,
];
const LONG_MATCH = 0.985;

/**
 * Returns the estimated probability that a token follows again, in (0, 1): it followed `count` of the `all` earlier occurrences of the last
 * `matched` tokens; all are >= 1. Each token that was seen there loses a part of its count to unseen ones, the more the shorter the match
 * (absolute discounting: Ney, Essen, Kneser 1994).
 */
export function repetitionConfidence(matched: number, count = 1, all = 1): number {
  return (count - 1 + (RIGHT_GUESSES[matched - 1] ?? LONG_MATCH)) / all;
}
