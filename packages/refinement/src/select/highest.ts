import type { RandomSource } from "@decodekit/core";
import type { ScoredPosition } from "../step-context.ts";

/** Positions by descending score; the lowest position comes first among equals. */
export function byScore(scored: readonly ScoredPosition[]): ScoredPosition[] {
  return scored.toSorted((a, b) => b.score - a.score || a.position - b.position);
}

/** The `count` positions of highest score, 0 <= count <= scored.length; the lowest position comes first among equals. */
export function highest(scored: readonly ScoredPosition[], count: number): number[] {
  return byScore(scored)
    .slice(0, count)
    .map(({ position }) => position);
}

/**
 * Draws `count` positions without replacement, each in proportion to exp(score / temperature), temperature > 0: Dream's
 * `alg_temp`. Every draw requires at least one finite score.
 */
export function drawByScore(scored: readonly ScoredPosition[], count: number, temperature: number, random: RandomSource): number[] {
  const left = [...scored];
  const drawn: number[] = [];
  while (drawn.length < count) {
    const best = left.reduce((maximum, { score }) => Math.max(maximum, score), -Infinity);
    const index = random.categorical(left.map(({ score }) => Math.exp((score - best) / temperature)));
    drawn.push(left.splice(index, 1)[0]!.position);
  }
  return drawn;
}
