import {
  type Decoder,
  defineDecoder,
  greedySampler,
  objectOption,
  type OptionDefinition,
  type PluginOption,
  resolveOptions,
  type Sampler,
  type TokenId,
} from "@decodekit/core";
import { SAMPLER_OPTION } from "@decodekit/core/toolkit";
import { runStages, type StageLengths } from "./run-stages.ts";

export interface ThinkFirstOptions {
  /** Maximum number of tokens of the scratch text, an integer >= 0. 0 goes straight to the separator. @defaultValue 64 */
  readonly scratchTokens?: number | undefined;
  /**
   * Tokens that are put between scratch text and answer, whatever the model predicts, for example those of "\nSo the answer is".
   * @defaultValue none
   */
  readonly separator?: Int32Array | readonly TokenId[] | undefined;
  /** Tokens that end the scratch text besides the decode's stop tokens; they are not part of it. @defaultValue none */
  readonly scratchStopTokens?: Int32Array | readonly TokenId[] | undefined;
  /** Maximum number of tokens of the answer, an integer >= 1. @defaultValue as many as `maxNewTokens` leaves */
  readonly answerTokens?: number | undefined;
  /** How the tokens of the scratch text are chosen. @defaultValue greedySampler */
  readonly scratchSampler?: Sampler | undefined;
  /** How the tokens of the answer are chosen. @defaultValue greedySampler */
  readonly sampler?: Sampler | undefined;
}

export const SCRATCH_TOKENS_OPTION = {
  type: "integer",
  help: "Maximum number of tokens of the scratch text",
  default: 64,
  minimum: 0,
} as const satisfies PluginOption;

export const ANSWER_TOKENS_OPTION = {
  type: "integer",
  help: "Maximum number of tokens of the answer; without it, as many as the limit of all new tokens leaves",
  minimum: 1,
} as const satisfies PluginOption;

const TOKENS_OPTION = objectOption("tokens: a list of integers >= 0", (value) => {
  return (Array.isArray(value) || value instanceof Int32Array) && Array.from<unknown>(value).every(isToken);
});

function isToken(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const OPTIONS = {
  scratchTokens: SCRATCH_TOKENS_OPTION,
  answerTokens: ANSWER_TOKENS_OPTION,
  separator: TOKENS_OPTION,
  scratchStopTokens: TOKENS_OPTION,
  scratchSampler: SAMPLER_OPTION,
  sampler: SAMPLER_OPTION,
} as const satisfies Readonly<Record<keyof ThinkFirstOptions, OptionDefinition>>;

/**
 * Creates a decoder of two stages: a scratch text of at most `scratchTokens` tokens, in which a model may reason, then the separator, then
 * the answer. So zero-shot chain of thought asks for reasoning and then for the answer (Kojima et al. 2022, arXiv 2205.11916), within a
 * budget of tokens whose end forces the answer (Muennighoff et al. 2025, arXiv 2501.19393). A stop token ends the scratch text too, and
 * is not read; without a separator, what follows it is then predicted from the same row.
 *
 * Output are all three, in one text: `generateInStages` keeps them apart. `maxNewTokens` is the limit of all three together. The token at
 * position n draws from `random.fork(n)`. The separator is read in one pass with the token before it.
 *
 * The decode throws InvalidOptionError for a separator outside the vocabulary.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function thinkFirst(options: ThinkFirstOptions = {}): Decoder<"causal"> {
  return stagedDecoder("thinkFirst", options, () => undefined);
}

/** Creates the decoder of `thinkFirst` for one decode whose stages `onStages` receives before the answer. `where` is named in errors. */
export function stagedDecoder(where: string, options: ThinkFirstOptions, onStages: (lengths: StageLengths) => void): Decoder<"causal"> {
  const resolved = resolveOptions<ThinkFirstOptions, typeof OPTIONS>(where, options, OPTIONS);
  const {
    scratchTokens,
    answerTokens = Infinity,
    separator = [],
    scratchStopTokens = [],
    scratchSampler = greedySampler,
    sampler = greedySampler,
  } = resolved;
  const settings = {
    where,
    scratchTokens,
    answerTokens,
    separator: Int32Array.from(separator),
    scratchStopTokens: Int32Array.from(scratchStopTokens),
    scratchSampler,
    sampler,
    onStages,
  };
  return defineDecoder({ name: "think-first", requires: ["causal"], run: (context) => runStages(context, settings) });
}
