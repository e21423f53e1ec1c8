import type { Logits, RowReads, TokenId } from "../contracts/model.ts";
import type { Sampler, Sequence } from "../contracts/sampler.ts";
import type { RandomSource } from "../random/random.ts";
import { argmax } from "./argmax.ts";
import { drawToken } from "./draw-token.ts";
import { isGreedy } from "./greedy-sampler.ts";

/** A row of a pass, read in full or in part, and the sequence that it follows. */
export interface PredictedRow {
  readonly logits: Logits;
  readonly index: number;
  readonly sequence: Sequence;
}

/** Returns what `sampler` reads of every row, for `ForwardOptions.reads`: undefined for whole rows. */
export function readsOf(sampler: Sampler): RowReads | undefined {
  const { partial } = sampler;
  return partial && partial.equals === sampler.distribution ? partial.reads : undefined;
}

/**
 * Draws the token that follows a row, which is not written to: the token that `drawToken` draws from the whole row. If only a part of the
 * row was read and does not decide, the whole row is read.
 * @throws LogitsError if the row has no distribution.
 */
export async function drawPredicted(sampler: Sampler, predicted: PredictedRow, random: () => RandomSource): Promise<TokenId> {
  if (isGreedy(sampler)) return mostLikely(predicted);
  const known = distributionOfPart(sampler, predicted);
  if (known) return sampler.pick(known, random());
  return drawToken(sampler, await wholeRow(predicted.logits, predicted.index), predicted.sequence, random);
}

/**
 * Returns the distribution of the token that follows a row, shape (vocabSize,), which the caller owns.
 * @throws LogitsError if the row has no distribution.
 */
export async function distributionOf(sampler: Sampler, predicted: PredictedRow): Promise<Float64Array> {
  const { logits, index, sequence } = predicted;
  return distributionOfPart(sampler, predicted) ?? sampler.distribution(await wholeRow(logits, index), sequence);
}

/** Returns the distribution if the part of the row that was read decides it. */
function distributionOfPart(sampler: Sampler, { logits, index }: PredictedRow): Float64Array | undefined {
  return readsOf(sampler) && logits.part && sampler.partial!.distribution(logits.part(index), logits.vocabSize);
}

/** Returns the most likely token after a row; the lowest id wins a tie. @throws LogitsError if the row has no distribution. */
export async function mostLikely({ logits, index }: Pick<PredictedRow, "logits" | "index">): Promise<TokenId> {
  return logits.part?.(index).tokens[0] ?? argmax(await wholeRow(logits, index));
}

/** Returns a row, which is read in full if only a part of it was. Valid until the session's next `forward`; not to be written to. */
export async function wholeRow(logits: Logits, index: number): Promise<Float32Array> {
  return logits.readRow?.(index) ?? logits.row(index);
}
