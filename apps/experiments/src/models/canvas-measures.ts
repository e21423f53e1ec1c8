import { type LanguageModel, seededRandom } from "@decodekit/core";
import { negativeLogLikelihood } from "@decodekit/core/toolkit";
import { DRAFT_LENGTH } from "./draft-measures.ts";
import { meanByPosition, overlap } from "./overlap.ts";
import { storyTokens } from "../tasks/story-tokens.ts";

const MASKED_BLOCK = 16;

/** Returns the nats per masked token for each mask rate of `rates`, in (0, 1], in blocks of 16 with their true prefix. */
export async function maskedLosses(
  model: LanguageModel,
  stories: readonly string[],
  rates: readonly number[],
): Promise<Map<number, number>> {
  const random = seededRandom(1);
  const sums = new Map(rates.map((rate) => [rate, { nats: 0, tokens: 0 }]));
  await eachBlock(model, stories, MASKED_BLOCK, async (block, predict) => {
    const draws = Array.from(block, () => random.uniform());
    for (const [rate, sum] of sums) {
      const isMasked = draws.map((draw) => draw < rate);
      const logits = await predict(block.map((token, index) => (isMasked[index] ? model.masked!.maskTokenId : token)));
      for (const [index, token] of block.entries()) {
        if (!isMasked[index]) continue;
        sum.nats += negativeLogLikelihood(logits.row(index), token);
        sum.tokens++;
      }
    }
  });
  return new Map([...sums].map(([rate, { nats, tokens }]) => [rate, nats / tokens]));
}

/**
 * Returns Σ min(p, q) at positions 1 to 8 of a fully masked block, where p is the causal prediction given the true tokens before. This is
 * the probability that a draft from the canvas is accepted at that position at temperature 1, if all earlier ones were.
 */
export async function canvasAcceptance(model: LanguageModel, stories: readonly string[]): Promise<number[]> {
  const byPosition = meanByPosition(DRAFT_LENGTH);
  await eachBlock(model, stories, DRAFT_LENGTH, async (block, predict, causalRow) => {
    const logits = await predict(new Int32Array(block.length).fill(model.masked!.maskTokenId));
    for (const index of block.keys()) byPosition.add(index, overlap(causalRow(index), logits.row(index)));
  });
  return byPosition.means();
}

type Predict = (canvas: Int32Array) => ReturnType<Awaited<ReturnType<NonNullable<LanguageModel["masked"]>["createSession"]>>["predict"]>;

/** Visits each story in blocks, from after the begin token; `causalRow(i)` predicts token i of the block from all true tokens before it. */
async function eachBlock(
  model: LanguageModel,
  stories: readonly string[],
  blockLength: number,
  visit: (block: Int32Array, predict: Predict, causalRow: (index: number) => Float32Array) => Promise<void>,
): Promise<void> {
  for (const story of stories) {
    const { tokens } = storyTokens(model, story);
    let session = await model.causal!.createSession();
    for (let start = 1; start < tokens.length; start += blockLength) {
      const block = tokens.subarray(start, start + blockLength);
      const ahead = await session.fork!();
      const logits = await ahead.forward(tokens.subarray(start - 1, start - 1 + block.length), { rows: "all" });
      await session.forward(tokens.subarray(start - 1, start));
      const masked = await model.masked!.createSession(session);
      await visit(
        block,
        (canvas) => masked.predict(canvas),
        (index) => logits.row(index),
      );
      await masked.dispose();
      await session.dispose();
      session = ahead;
    }
    await session.dispose();
  }
}
