import {
  continuationText,
  type DecodeStatistics,
  type FinishReason,
  InvalidOptionError,
  type LanguageModel,
  type OptionDefinition,
  type Prompt,
  resolveOptions,
} from "@decodekit/core";
import { concatTokens } from "@decodekit/core/toolkit";
import { runWithModel, type SearchGenerateOptions } from "../run-with-model.ts";
import type { StageLengths } from "./run-stages.ts";
import { ANSWER_TOKENS_OPTION, SCRATCH_TOKENS_OPTION, stagedDecoder, type ThinkFirstOptions } from "./think-first.ts";

export interface GenerateInStagesOptions
  extends Omit<ThinkFirstOptions, "separator" | "answerTokens">, Omit<SearchGenerateOptions, "maxNewTokens"> {
  /** Text between scratch text and answer; names of special tokens stand for them. @defaultValue none */
  readonly separator?: string | undefined;
  /** Maximum number of tokens of the answer, an integer >= 1. @defaultValue 64 */
  readonly answerTokens?: number | undefined;
}

const LENGTHS = {
  scratchTokens: SCRATCH_TOKENS_OPTION,
  answerTokens: { ...ANSWER_TOKENS_OPTION, default: 64 },
  separator: { type: "string", help: "Text between scratch text and answer", default: "" },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

/** The tokens of a stage, and their text. */
export interface StageText {
  readonly text: string;
  /** Shape (n,). */
  readonly tokens: Int32Array;
}

export interface GenerateInStagesResult {
  /** What was written first; `finishReason` is "stop" if a stop token ended it, else "length", or "abort". */
  readonly scratch: StageText & { readonly finishReason: FinishReason };
  /** What comes after the separator. */
  readonly answer: StageText;
  /** Why the answer ended. */
  readonly finishReason: FinishReason;
  readonly statistics: DecodeStatistics;
}

/**
 * Runs `thinkFirst` and keeps scratch text and answer apart. Takes the options of `thinkFirst`, with limits for both texts and a separator
 * in words, and those of `generate` that concern tokens.
 * @throws the errors of `thinkFirst` and `generate`.
 */
export async function generateInStages(
  model: LanguageModel,
  prompt: Prompt,
  options: GenerateInStagesOptions = {},
): Promise<GenerateInStagesResult> {
  const where = "generateInStages";
  const { scratchTokens, answerTokens, separator, scratchStopTokens, scratchSampler, sampler, ...rest } = options;
  const { maxNewTokens: given } = rest as { readonly maxNewTokens?: number };
  if (given !== undefined) {
    const expected = "left out (use scratchTokens and answerTokens)";
    throw new InvalidOptionError({ where, option: "maxNewTokens", expected, actual: given });
  }
  const lengths = resolveOptions(where, { scratchTokens, answerTokens, separator }, LENGTHS);
  const between = model.tokenizer.encode(lengths.separator, { addSpecialTokens: false });
  let stages: StageLengths | undefined;
  const stageOptions = { ...lengths, separator: between, scratchStopTokens, scratchSampler, sampler };
  const decoder = stagedDecoder(where, stageOptions, (found) => (stages = found));
  const maxNewTokens = lengths.scratchTokens + between.length + lengths.answerTokens;
  const run = { ...rest, decoder, maxNewTokens };
  const { tokens, finishReason, statistics } = await runWithModel(where, { model, prompt }, run);
  // An abort before the end of the scratch text leaves nothing else.
  const { prompt: before = new Int32Array(), scratch = tokens.length, separator: separated = 0 } = stages ?? {};
  const part = (start: number, end: number): StageText => {
    const own = tokens.slice(start, end);
    return { tokens: own, text: continuationText(model.tokenizer, concatTokens(before, tokens.subarray(0, start)), own) };
  };
  const scratchEnd = !stages ? finishReason : stages.scratchStopped ? "stop" : "length";
  return {
    scratch: { ...part(0, scratch), finishReason: scratchEnd },
    answer: part(scratch + separated, tokens.length),
    finishReason,
    statistics,
  };
}
