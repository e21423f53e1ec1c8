import type { TokenId } from "../contracts/model.ts";

/**
 * Returns the `count` tokens of the largest `scores`, shape (vocabSize,), in descending order; the lowest id comes first among equals.
 * Returns fewer if fewer scores are above -Infinity. One pass over the scores.
 */
export function topK(scores: ArrayLike<number>, count: number): TokenId[] {
  const best: TokenId[] = [];
  // All but a few scores fail this one comparison.
  let least = -Infinity;
  for (let token = 0; token < scores.length; token++) {
    const score = scores[token]!;
    if (!(score > least)) continue;
    let place = best.length;
    while (place > 0 && scores[best[place - 1]!]! < score) place--;
    best.splice(place, 0, token);
    if (best.length > count) best.pop();
    if (best.length === count) least = scores[best[count - 1]!]!;
  }
  return best;
}
