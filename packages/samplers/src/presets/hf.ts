import {
  InvalidOptionError,
  type LogitsProcessor,
  objectOption,
  type OptionDefinitions,
  resolveOptions,
  type Sequence,
  type TokenId,
} from "@decodekit/core";
import { allowedTokens, suppressAtBegin, suppressTokens } from "../biases/allowed-tokens.ts";
import { badWords, type BiasedSequence, sequenceBias } from "../biases/sequence-bias.ts";
import { type Chain, chain } from "../chain/chain.ts";
import { exponentialLengthPenalty } from "../length/exponential-length-penalty.ts";
import { forcedFirstToken, forcedLastToken } from "../length/forced-tokens.ts";
import { minLength, minNewTokens } from "../length/minimum-length.ts";
import { SEQUENCES, TOKEN, TOKENS } from "../options.ts";
import { noRepeatNgram } from "../penalties/no-repeat-ngram.ts";
import { repetitionPenalty } from "../penalties/repetition-penalty.ts";
import { epsilonCutoff, etaCutoff } from "../processors/cut-offs.ts";
import { minP } from "../processors/min-p.ts";
import { normalise, removeNonFinite } from "../processors/normalise.ts";
import { temperature } from "../processors/temperature.ts";
import { topH } from "../processors/top-h.ts";
import { topK } from "../processors/top-k.ts";
import { topP } from "../processors/top-p.ts";
import { typical } from "../processors/typical.ts";
import { watermark, type WatermarkOptions } from "../watermark/watermark.ts";
import { PENALTY, PREFIX_FUNCTION, PROBABILITY } from "./preset-options.ts";

/** Options of Hugging Face transformers' `generate`, with its names, meanings and defaults. */
export interface HfOptions {
  /** > 0. @defaultValue 1 */
  readonly temperature?: number | undefined;
  /** An integer >= 0; 0 is off. It applies even where only top_p is given. @defaultValue 50 */
  readonly top_k?: number | undefined;
  /** @defaultValue 1 */
  readonly top_p?: number | undefined;
  readonly min_p?: number | undefined;
  readonly top_h?: number | undefined;
  /** @defaultValue 1 */
  readonly typical_p?: number | undefined;
  /** @defaultValue 0 */
  readonly epsilon_cutoff?: number | undefined;
  /** @defaultValue 0 */
  readonly eta_cutoff?: number | undefined;
  /** Of prompt and output. @defaultValue 1 */
  readonly repetition_penalty?: number | undefined;
  /** Rewards tokens of the prompt. @defaultValue 1 */
  readonly encoder_repetition_penalty?: number | undefined;
  /** @defaultValue 0 */
  readonly no_repeat_ngram_size?: number | undefined;
  /** @defaultValue 0 */
  readonly encoder_no_repeat_ngram_size?: number | undefined;
  readonly sequence_bias?: readonly BiasedSequence[] | undefined;
  readonly bad_words_ids?: readonly (readonly TokenId[])[] | undefined;
  /** Of prompt and output together. @defaultValue 0 */
  readonly min_length?: number | undefined;
  /** @defaultValue 0 */
  readonly min_new_tokens?: number | undefined;
  readonly prefix_allowed_tokens_fn?: ((prefix: Sequence) => readonly TokenId[]) | undefined;
  readonly forced_bos_token_id?: TokenId | undefined;
  /** The last token of a sequence of `max_length` tokens. */
  readonly forced_eos_token_id?: TokenId | undefined;
  /** Required by forced_eos_token_id, and without effect otherwise: `maxNewTokens` limits the output. */
  readonly max_length?: number | undefined;
  /** @defaultValue false */
  readonly remove_invalid_values?: boolean | undefined;
  /** Number of new tokens from which on stop tokens become more likely, and how fast. */
  readonly exponential_decay_length_penalty?: readonly [start: number, factor: number] | undefined;
  readonly suppress_tokens?: readonly TokenId[] | undefined;
  readonly begin_suppress_tokens?: readonly TokenId[] | undefined;
  readonly watermarking_config?: WatermarkOptions | undefined;
  /** @defaultValue false */
  readonly renormalize_logits?: boolean | undefined;
  /** The tokens that end a text: required by the options that make them less or more likely. */
  readonly eos_token_id?: readonly TokenId[] | undefined;
}

export const HF_OPTIONS = {
  temperature: { type: "number", help: "Divides the logits", default: 1, minimum: 0, exclusiveMinimum: true },
  top_k: { type: "integer", help: "Number of most likely tokens to keep; 0 is off", default: 50, minimum: 0 },
  top_p: { ...PROBABILITY, help: "Probability mass of the most likely tokens to keep", default: 1 },
  min_p: { ...PROBABILITY, help: "Share of the largest probability that a token must have" },
  top_h: { ...PROBABILITY, exclusiveMinimum: true, help: "Share of the row's entropy that the kept tokens may have" },
  typical_p: { ...PROBABILITY, exclusiveMinimum: true, help: "Probability mass of the most typical tokens to keep", default: 1 },
  epsilon_cutoff: { ...PROBABILITY, exclusiveMaximum: true, help: "Probability below which tokens are dropped", default: 0 },
  eta_cutoff: { ...PROBABILITY, exclusiveMaximum: true, help: "As epsilon_cutoff, lower where the row is uncertain", default: 0 },
  repetition_penalty: { ...PENALTY, help: "Makes tokens of prompt and output less likely", default: 1 },
  encoder_repetition_penalty: { ...PENALTY, help: "Makes tokens of the prompt more likely", default: 1 },
  no_repeat_ngram_size: { type: "integer", help: "Length of the n-grams that must not repeat; 0 is off", default: 0, minimum: 0 },
  encoder_no_repeat_ngram_size: {
    type: "integer",
    help: "Length of the n-grams of the prompt that must not appear; 0 is off",
    default: 0,
    minimum: 0,
  },
  sequence_bias: objectOption("an array of pairs of token ids and a number", Array.isArray),
  bad_words_ids: SEQUENCES,
  min_length: { type: "integer", help: "Length of prompt and output before which the text must not end", default: 0, minimum: 0 },
  min_new_tokens: { type: "integer", help: "New tokens before which the text must not end", default: 0, minimum: 0 },
  prefix_allowed_tokens_fn: PREFIX_FUNCTION,
  forced_bos_token_id: TOKEN,
  forced_eos_token_id: TOKEN,
  max_length: { type: "integer", help: "Length of prompt and output at which forced_eos_token_id comes", minimum: 1 },
  remove_invalid_values: { type: "boolean", help: "Whether NaN and infinite logits are replaced", default: false },
  exponential_decay_length_penalty: objectOption("an array of an integer >= 0 and a number > 0", (value) => {
    return Array.isArray(value) && value.length === 2;
  }),
  suppress_tokens: TOKENS,
  begin_suppress_tokens: TOKENS,
  watermarking_config: objectOption("options of a watermark", (value) => typeof value === "object" && value !== null),
  renormalize_logits: { type: "boolean", help: "Whether the result is written as log-probabilities", default: false },
  eos_token_id: TOKENS,
} as const satisfies OptionDefinitions<HfOptions>;

/**
 * Returns the chain of Hugging Face transformers for sampling: its processors in its order, then temperature, top-h, top-k, top-p, min-p,
 * typical, epsilon and eta. Tokens that tie for the last place of top-k all stay. `guidance_scale` needs a second pass: see `withGuidance`.
 * @throws InvalidOptionError for an option that transformers does not have, or a value that it refuses.
 */
export function hf(options: HfOptions = {}): Chain {
  const where = "hf";
  const o = resolveOptions(where, options, HF_OPTIONS);
  const stopTokens = (option: keyof HfOptions): readonly TokenId[] => {
    if (o.eos_token_id) return o.eos_token_id;
    throw new InvalidOptionError({ where, option: "eos_token_id", expected: `given with ${option}`, actual: undefined });
  };
  const steps: (LogitsProcessor | false | undefined)[] = [
    o.sequence_bias && sequenceBias(o.sequence_bias),
    o.encoder_repetition_penalty !== 1 && repetitionPenalty(1 / o.encoder_repetition_penalty, { of: "prompt" }),
    o.repetition_penalty !== 1 && repetitionPenalty(o.repetition_penalty),
    o.no_repeat_ngram_size > 0 && noRepeatNgram(o.no_repeat_ngram_size),
    o.encoder_no_repeat_ngram_size > 0 && noRepeatNgram(o.encoder_no_repeat_ngram_size, { of: "prompt" }),
    o.bad_words_ids && badWords(o.bad_words_ids, { stopTokens: o.eos_token_id }),
    o.min_length > 0 && minLength(o.min_length, stopTokens("min_length")),
    o.min_new_tokens > 0 && minNewTokens(o.min_new_tokens, stopTokens("min_new_tokens")),
    o.prefix_allowed_tokens_fn && allowedTokens(o.prefix_allowed_tokens_fn),
    o.forced_bos_token_id !== undefined && forcedFirstToken(o.forced_bos_token_id, { length: 1 }),
    o.forced_eos_token_id !== undefined && forcedLastToken(o.forced_eos_token_id, lengthOf(where, o.max_length)),
    o.remove_invalid_values && removeNonFinite(),
    o.exponential_decay_length_penalty && decay(o.exponential_decay_length_penalty, stopTokens("exponential_decay_length_penalty")),
    o.suppress_tokens && suppressTokens(o.suppress_tokens),
    o.begin_suppress_tokens && suppressAtBegin(o.begin_suppress_tokens),
    o.temperature !== 1 && temperature(o.temperature),
    o.top_h !== undefined && topH(o.top_h),
    o.top_k > 0 && topK(o.top_k, { ties: "all" }),
    // 0 keeps the most likely token there.
    o.top_p < 1 && (o.top_p === 0 ? topK(1) : topP(o.top_p)),
    o.min_p !== undefined && minP(o.min_p),
    o.typical_p < 1 && typical(o.typical_p),
    o.epsilon_cutoff > 0 && epsilonCutoff(o.epsilon_cutoff),
    o.eta_cutoff > 0 && etaCutoff(o.eta_cutoff),
    o.watermarking_config && watermark(o.watermarking_config),
    o.renormalize_logits && normalise(),
  ];
  return chain(
    steps.filter((step) => typeof step === "function"),
    { name: "hf" },
  );
}

function lengthOf(where: string, maxLength: number | undefined): number {
  if (maxLength !== undefined) return maxLength;
  throw new InvalidOptionError({ where, option: "max_length", expected: "given with forced_eos_token_id", actual: maxLength });
}

function decay([start, factor]: readonly [number, number], stopTokens: readonly TokenId[]): LogitsProcessor {
  return exponentialLengthPenalty({ start, factor, stopTokens });
}
