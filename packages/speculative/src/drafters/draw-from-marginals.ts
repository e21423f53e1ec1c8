import type { Draft, RandomSource, Sampler } from "@decodekit/core";
import { GrowingSequence } from "@decodekit/core/toolkit";
import { drawDraftedToken } from "./draw-drafted-token.ts";
import { possibleDraw } from "./possible-draw.ts";

/** How tokens are drawn from marginals. */
interface MarginalDraw {
  readonly sampler: Sampler;
  /** The token at absolute position n draws from `random.fork(n)`. */
  readonly random: RandomSource;
  readonly needsProbabilities: boolean;
}

/**
 * Draws one token from each of `rows`, logits of shape (vocabSize,) for the positions after `sequence`, all of which were known before the
 * first draw. Ends before the first row from which nothing can be drawn.
 */
export async function drawFromMarginals(
  rows: readonly Float32Array[],
  sequence: GrowingSequence,
  { sampler, random, needsProbabilities }: MarginalDraw,
): Promise<Draft> {
  const drafted = new GrowingSequence(sequence.tokens, sequence.promptLength);
  const probabilities: Float64Array[] = [];
  for (const row of rows) {
    const how = { random: random.fork(drafted.length), needsProbabilities };
    const drawn = await possibleDraw(
      () => drawDraftedToken(sampler, row, drafted, how),
      () => row,
    );
    if (!drawn) break;
    if (drawn.probabilities) probabilities.push(drawn.probabilities);
    drafted.append([drawn.token]);
  }
  return { tokens: drafted.tokens.slice(sequence.length), ...(needsProbabilities && { probabilities }) };
}
