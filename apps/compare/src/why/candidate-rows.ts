import type { TokenId } from "@decodekit/core";
import { CANDIDATES } from "../lab/score-tokens.ts";
import type { TokenScore } from "../trace/trace.ts";

/** A token that could stand at a position. */
export interface CandidateRow {
  readonly token: TokenId;
  /** Probability under the model's own distribution, at temperature 1. */
  readonly before: number;
  /** Probability under what the decoder drew from; undefined if that is not known. */
  readonly after: number | undefined;
  readonly isChosen: boolean;
  /** Place among all tokens, from 1, if it is known: of the likeliest ones and of the token itself. */
  readonly rank: number | undefined;
}

/**
 * Returns the likeliest tokens at a position, likeliest first: those of the model, those of what the decoder drew from, and `token`, with the
 * rank that the score has for it.
 */
export function candidateRows({ candidates, rank, probability }: TokenScore, token: TokenId): readonly CandidateRow[] {
  const listed = candidates.some((each) => each.token === token) ? candidates : [...candidates, { token, probability }];
  const drawn = listed.filter(({ after = 0 }) => after > 0).toSorted((a, b) => b.after! - a.after!);
  const likeliestAfter = new Set(drawn.slice(0, CANDIDATES));
  return listed.flatMap((each, index) => {
    const isChosen = each.token === token;
    if (index >= CANDIDATES && !isChosen && !likeliestAfter.has(each)) return [];
    const place = index < Math.min(CANDIDATES, candidates.length) ? index + 1 : isChosen ? rank : undefined;
    return [{ token: each.token, before: each.probability, after: each.after, isChosen, rank: place }];
  });
}
