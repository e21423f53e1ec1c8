import { type LanguageModel, type TokenId } from "@decodekit/core";
import { negativeLogLikelihood } from "@decodekit/core/toolkit";
import { readSuccessors } from "@decodekit/speculative";
import { type SelectCandidates, storyCandidates } from "./candidates.ts";
import { measuredRun } from "../measure/measured-run.ts";
import type { Row } from "../measure/report.ts";
import { distinctPairs, repeatedFours } from "../measure/text-measures.ts";

/** Measures continuations of the first sentence of each story. */
export async function measureStories(
  model: LanguageModel,
  stories: readonly string[],
  { newTokens, selectCandidates }: { readonly newTokens: number; readonly selectCandidates: SelectCandidates },
): Promise<Row[]> {
  const prompts = stories.map((story) => model.tokenizer.encode(/^[\s\S]*?[.!?]/.exec(story)![0]));
  const prior = await readSuccessors(model.causal!, { begin: model.tokenizer.encode("")[0]! });
  const rows: Row[] = [];
  for (const { name, family, decoder } of selectCandidates(storyCandidates(prior))) {
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

/** Returns Σ -ln p of `output` after `prompt` under the causal model, in nats. */
export async function natsOf({ causal }: LanguageModel, prompt: Int32Array, output: readonly TokenId[]): Promise<number> {
  if (output.length === 0) return 0;
  const session = await causal!.createSession();
  try {
    const logits = await session.forward(Int32Array.of(...prompt, ...output).slice(0, -1), { rows: output.length });
    return output.reduce((sum, token, index) => sum + negativeLogLikelihood(logits.row(index), token), 0);
  } finally {
    await session.dispose();
  }
}
