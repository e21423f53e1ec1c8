import type { Candidates, TokenId } from "@decodekit/core";
import { mostLikelyOf } from "@decodekit/core/toolkit";

/** Up to this many tokens are kept in order as they are found; more are sorted. */
const MOST_INSERTED = 256;

/**
 * Returns the `count` most likely tokens that are left, in descending order; the lowest id comes first among equals. Returns fewer if fewer
 * are left.
 * @throws LogitsError if the logit of a token that is left is NaN or +Infinity, or all are -Infinity.
 */
export function likeliestOf(candidates: Candidates, count: number): TokenId[] {
  const { row, tokens } = candidates;
  if (count <= MOST_INSERTED && !tokens) return inserted(candidates, count);
  mostLikelyOf(candidates);
  return sorted(row, tokens, count);
}

/** One pass over the row, which checks it too. */
function inserted(candidates: Candidates, count: number): TokenId[] {
  const { row } = candidates;
  const best: TokenId[] = [];
  const logits: number[] = [];
  // All but a few logits fail this one comparison.
  let least = -Infinity;
  let sum = 0;
  for (let token = 0; token < row.length; token++) {
    const logit = row[token]!;
    sum += logit;
    if (!(logit > least)) continue;
    let place = best.length;
    while (place > 0 && logits[place - 1]! < logit) place--;
    best.splice(place, 0, token);
    logits.splice(place, 0, logit);
    if (best.length > count) {
      best.pop();
      logits.pop();
    }
    if (best.length === count) least = logits[count - 1]!;
  }
  // Any NaN or +Infinity shows in the sum.
  if (!(sum < Infinity) || best.length === 0) mostLikelyOf(candidates);
  return best;
}

function sorted(row: Float32Array, tokens: ArrayLike<TokenId> | undefined, count: number): TokenId[] {
  const possible: TokenId[] = [];
  const least = tokens ? -Infinity : thresholdOf(row, count);
  for (let place = 0; place < (tokens ?? row).length; place++) {
    const token = tokens ? tokens[place]! : place;
    if (row[token]! >= least && row[token]! > -Infinity) possible.push(token);
  }
  return possible.toSorted((a, b) => row[b]! - row[a]! || a - b).slice(0, count);
}

/** Number of equal steps between the smallest and the largest logit in which logits are counted. */
const STEPS = 4096;

/** Returns a logit that at least `count` logits reach, if there are so many, and few more. */
function thresholdOf(row: Float32Array, count: number): number {
  let low = Infinity;
  let high = -Infinity;
  for (let token = 0; token < row.length; token++) {
    const logit = row[token]!;
    if (logit > high) high = logit;
    if (logit < low && logit > -Infinity) low = logit;
  }
  const width = (high - low) / STEPS;
  if (!(width > 0)) return low;
  const counts = new Int32Array(STEPS + 1);
  for (let token = 0; token < row.length; token++) {
    if (row[token]! > -Infinity) counts[Math.floor((row[token]! - low) / width)]!++;
  }
  let reached = 0;
  let step = STEPS;
  while (step > 0 && reached + counts[step]! < count) reached += counts[step--]!;
  // One step of room for rounding.
  return low + (step - 1) * width;
}
