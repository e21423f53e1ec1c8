import { type LanguageModel, logSumExp, type TokenId } from "@decodekit/core";
import { readSuccessors } from "@decodekit/refinement";
import { type InTurn, storyContestants } from "./contestants.ts";
import { measuredRun } from "./measured-run.ts";
import type { Row } from "./report.ts";
import { distinctPairs, repeatedFours } from "./text-measures.ts";

/** Continues the first sentence of each of `stories`. */
export async function measureStories(
  model: LanguageModel,
  stories: readonly string[],
  { newTokens, inTurn }: { readonly newTokens: number; readonly inTurn: InTurn },
): Promise<Row[]> {
  const prompts = stories.map((story) => model.tokenizer.encode(/^[\s\S]*?[.!?]/.exec(story)![0]));
  const prior = await readSuccessors(model.causal!, { begin: model.tokenizer.encode("")[0]! });
  const rows: Row[] = [];
  for (const { name, family, decoder } of inTurn(storyContestants(prior))) {
    const runs = [];
    let nats = 0;
    for (const [seed, prompt] of prompts.entries()) {
      const run = await measuredRun(decoder, model, prompt, { maxNewTokens: newTokens, stopTokens: model.stopTokens, seed });
      nats += await natsOf(model, prompt, run.tokens);
      runs.push(run);
    }
    const texts = runs.map((run) => run.tokens);
    rows.push({
      name,
      family,
      runs,
      quality: {
        "nats/token": nats / texts.flat().length,
        "distinct-2": distinctPairs(texts),
        "repeated 4-grams": repeatedFours(texts),
      },
      example: model.tokenizer.decode(Int32Array.from(texts[0]!)),
    });
  }
  return rows;
}

/** Σ -ln p of `output` after `prompt` under the causal stream. */
export async function natsOf({ causal }: LanguageModel, prompt: Int32Array, output: readonly TokenId[]): Promise<number> {
  if (output.length === 0) return 0;
  const session = await causal!.createSession();
  try {
    const logits = await session.forward(Int32Array.of(...prompt, ...output).slice(0, -1), { rows: output.length });
    return output.reduce((sum, token, index) => sum + logSumExp(logits.row(index)) - logits.row(index)[token]!, 0);
  } finally {
    await session.dispose();
  }
}
