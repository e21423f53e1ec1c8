import { continuationText, type DecodeStatistics, type FinishReason, type LanguageModel, type Prompt } from "@decodekit/core";
import { runWithModel, type SearchGenerateOptions } from "../run-with-model.ts";
import { type BestOfNOptions, bestOfNDecoder, type ScoredSamples } from "./best-of-n.ts";
import type { TextSample } from "./sample.ts";

export interface SampleBestOfNOptions extends BestOfNOptions, SearchGenerateOptions {}

export interface ScoredTextSample extends TextSample {
  readonly score: number;
}

export interface SampleBestOfNResult {
  /** The sample with the highest score, the first one among equals: the output of `bestOfN`. Undefined after an abort. */
  readonly best: ScoredTextSample | undefined;
  /** All samples, in the order in which they were drawn; none after an abort. */
  readonly samples: readonly ScoredTextSample[];
  readonly finishReason: FinishReason;
  readonly statistics: DecodeStatistics;
}

/**
 * Runs `bestOfN` and returns all samples with their scores. Takes the options of `bestOfN` and those of `generate` that concern tokens.
 * @throws the errors of `bestOfN` and `generate`.
 */
export async function sampleBestOfN(
  model: LanguageModel,
  prompt: Prompt,
  options: SampleBestOfNOptions = {},
): Promise<SampleBestOfNResult> {
  const where = "sampleBestOfN";
  const { n, sampler, score, ...rest } = options;
  let scored: ScoredSamples | undefined;
  const decoder = bestOfNDecoder(where, { n, sampler, score }, (found) => (scored = found));
  const { finishReason, statistics } = await runWithModel(where, { model, prompt }, { ...rest, decoder });
  const samples = (scored?.samples ?? []).map((sample, index) => {
    return { ...sample, score: scored!.scores[index]!, text: continuationText(model.tokenizer, scored!.prompt, sample.tokens) };
  });
  return { best: scored && samples[scored.best], samples, finishReason, statistics };
}
