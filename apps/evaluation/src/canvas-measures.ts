import { type LanguageModel, seededRandom } from "@decodekit/core";
import { surprise } from "./causal-loss.ts";
import { DRAFT_LENGTH } from "./draft-measures.ts";
import { meanByPlace, overlap } from "./overlap.ts";
import { storyTokens } from "./story-tokens.ts";

const MASKED_BLOCK = 16;

/** Nats per masked token by mask rate, in blocks of 16 whose true prefix is known, for each of `rates` in (0, 1]. */
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
        sum.nats += surprise(logits.row(index), token);
        sum.tokens++;
      }
    }
  });
  return new Map([...sums].map(([rate, { nats, tokens }]) => [rate, nats / tokens]));
}

/**
 * Σ min(p, q) at places 1 to 8 of a wholly masked block, p the causal stream given the true tokens before the place: the
 * chance that a draft of the canvas is accepted there at temperature 1 when all before it was.
 */
export async function canvasAcceptance(model: LanguageModel, stories: readonly string[]): Promise<number[]> {
  const byPlace = meanByPlace(DRAFT_LENGTH);
  await eachBlock(model, stories, DRAFT_LENGTH, async (block, predict, causalRow) => {
    const logits = await predict(new Int32Array(block.length).fill(model.masked!.maskTokenId));
    for (const index of block.keys()) byPlace.add(index, overlap(causalRow(index), logits.row(index)));
  });
  return byPlace.means();
}

type Predict = (canvas: Int32Array) => ReturnType<Awaited<ReturnType<NonNullable<LanguageModel["masked"]>["createSession"]>>["predict"]>;

/** Cuts each story into blocks after the begin token; `causalRow(i)` predicts token i of the block from all true ones before it. */
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
