import { continuationText, type DecodeStatistics, type FinishReason, type LanguageModel, type Prompt } from "@decodekit/core";
import { runWithModel, type SearchGenerateOptions } from "../run-with-model.ts";
import type { BeamSearchOptions } from "./beam-search-options.ts";
import { beamDecoder } from "./beam-search.ts";
import type { Hypothesis } from "./hypotheses.ts";

export interface SearchBeamsOptions extends BeamSearchOptions, SearchGenerateOptions {}

export interface BeamHypothesis extends Hypothesis {
  /** The text of its tokens. */
  readonly text: string;
}

export interface SearchBeamsResult {
  /**
   * The texts that the search has found, the best first: at most as many as there are beams. The first one is the output of `beamSearch`.
   * After an abort, those found until then, or none.
   */
  readonly hypotheses: readonly BeamHypothesis[];
  /** Why the search ended: that of the first hypothesis, or "abort". */
  readonly finishReason: FinishReason;
  readonly statistics: DecodeStatistics;
}

/**
 * Runs `beamSearch` and returns all hypotheses with their scores, where transformers has `num_return_sequences` and `sequences_scores`.
 * Takes the options of `beamSearch` and those of `generate` that concern tokens.
 * @throws the errors of `beamSearch` and `generate`.
 */
export async function searchBeams(model: LanguageModel, prompt: Prompt, options: SearchBeamsOptions = {}): Promise<SearchBeamsResult> {
  const where = "searchBeams";
  const { beams, lengthPenalty, earlyStopping, groups, diversityPenalty, ...rest } = options;
  let found: { readonly prompt: Int32Array; readonly hypotheses: readonly Hypothesis[] } | undefined;
  const search = { beams, lengthPenalty, earlyStopping, groups, diversityPenalty };
  const decoder = beamDecoder(where, search, (hypotheses, promptTokens) => (found = { prompt: promptTokens, hypotheses }));
  const { finishReason, statistics } = await runWithModel(where, { model, prompt }, { ...rest, decoder });
  const hypotheses = (found?.hypotheses ?? []).map((hypothesis) => {
    return { ...hypothesis, text: continuationText(model.tokenizer, found!.prompt, hypothesis.tokens) };
  });
  return { hypotheses, finishReason, statistics };
}
