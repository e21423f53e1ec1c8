import { InvalidOptionError, type LogitsProcessor, type OptionDefinitions, resolveOptions, type TokenId } from "@decodekit/core";
import { allowedTokens } from "../biases/allowed-tokens.ts";
import { BIASES, biasesOf, logitBias, type TokenBiases } from "../biases/logit-bias.ts";
import { badWords } from "../biases/sequence-bias.ts";
import { type Chain, chain } from "../chain/chain.ts";
import { minNewTokens } from "../length/minimum-length.ts";
import { SEQUENCES, SOME_TOKENS, TOKENS } from "../options.ts";
import { frequencyPenalty, presencePenalty } from "../penalties/count-penalties.ts";
import { repetitionPenalty } from "../penalties/repetition-penalty.ts";
import { minP } from "../processors/min-p.ts";
import { temperature } from "../processors/temperature.ts";
import { topK } from "../processors/top-k.ts";
import { topP } from "../processors/top-p.ts";
import { PENALTY, PROBABILITY } from "./preset-options.ts";

/** vLLM raises a smaller temperature above 0 to this one. */
const LEAST_TEMPERATURE = 0.01;
/** vLLM cuts biases to the range between its negative and itself. */
const LARGEST_BIAS = 100;

/** Options of vLLM's `SamplingParams`, with its names, meanings and defaults. */
export interface VllmOptions {
  /** 0 is greedy, and what is above is at least 0.01. @defaultValue 1 */
  readonly temperature?: number | undefined;
  /** An integer >= -1; 0 and -1 are off. @defaultValue 0 */
  readonly top_k?: number | undefined;
  /** In (0, 1]. @defaultValue 1 */
  readonly top_p?: number | undefined;
  /** @defaultValue 0 */
  readonly min_p?: number | undefined;
  /** Of prompt and output. @defaultValue 1 */
  readonly repetition_penalty?: number | undefined;
  /** Of the output, in [-2, 2]. @defaultValue 0 */
  readonly presence_penalty?: number | undefined;
  /** Of the output, in [-2, 2]. @defaultValue 0 */
  readonly frequency_penalty?: number | undefined;
  /** Cut to [-100, 100]. */
  readonly logit_bias?: TokenBiases | undefined;
  readonly allowed_token_ids?: readonly TokenId[] | undefined;
  /** Sequences of tokens of the output, where vLLM has strings: a chain knows no text. */
  readonly bad_words?: readonly (readonly TokenId[])[] | undefined;
  /** New tokens before which the text must not end. @defaultValue 0 */
  readonly min_tokens?: number | undefined;
  /** The tokens that end a text: required by min_tokens. */
  readonly stop_token_ids?: readonly TokenId[] | undefined;
}

const SHIFT = { type: "number", default: 0, minimum: -2, maximum: 2 } as const;

export const VLLM_OPTIONS = {
  temperature: { type: "number", help: "Divides the logits; 0 is greedy", default: 1, minimum: 0 },
  top_k: { type: "integer", help: "Number of most likely tokens to keep; 0 is off", default: 0, minimum: -1 },
  top_p: { ...PROBABILITY, exclusiveMinimum: true, help: "Probability mass of the most likely tokens to keep", default: 1 },
  min_p: { ...PROBABILITY, help: "Share of the largest probability that a token must have", default: 0 },
  repetition_penalty: { ...PENALTY, help: "Makes tokens of prompt and output less likely", default: 1 },
  presence_penalty: { ...SHIFT, help: "Subtracted from the logits of tokens of the output" },
  frequency_penalty: { ...SHIFT, help: "Subtracted from the logits of tokens for each time they are in the output" },
  logit_bias: BIASES,
  allowed_token_ids: SOME_TOKENS,
  bad_words: SEQUENCES,
  min_tokens: { type: "integer", help: "New tokens before which the text must not end", default: 0, minimum: 0 },
  stop_token_ids: TOKENS,
} as const satisfies OptionDefinitions<VllmOptions>;

/**
 * Returns the chain of vLLM: allowed tokens, bad words, minimum length, biases, penalties, temperature, min-p, top-k and top-p. Tokens that
 * tie for the last place of top-k all stay.
 * @throws InvalidOptionError for an option that vLLM does not have, or a value that it refuses.
 */
export function vllm(options: VllmOptions = {}): Chain {
  const where = "vllm";
  const o = resolveOptions(where, options, VLLM_OPTIONS);
  if (o.min_tokens > 0 && !o.stop_token_ids)
    throw new InvalidOptionError({ where, option: "stop_token_ids", expected: "given with min_tokens", actual: undefined });
  const steps: (LogitsProcessor | false | undefined)[] = [
    o.allowed_token_ids && allowedTokens(o.allowed_token_ids),
    o.bad_words && badWords(o.bad_words, { of: "output" }),
    o.min_tokens > 0 && minNewTokens(o.min_tokens, o.stop_token_ids!),
    o.logit_bias && logitBias(cut(o.logit_bias)),
    o.repetition_penalty !== 1 && repetitionPenalty(o.repetition_penalty),
    o.frequency_penalty !== 0 && frequencyPenalty(o.frequency_penalty, { of: "output" }),
    o.presence_penalty !== 0 && presencePenalty(o.presence_penalty, { of: "output" }),
    o.temperature !== 1 && temperature(o.temperature === 0 ? 0 : Math.max(o.temperature, LEAST_TEMPERATURE)),
    o.min_p > 0 && minP(o.min_p),
    o.top_k > 0 && topK(o.top_k, { ties: "all" }),
    o.top_p < 1 && topP(o.top_p),
  ];
  return chain(
    steps.filter((step) => typeof step === "function"),
    { name: "vllm" },
  );
}

function cut(biases: TokenBiases): TokenBiases {
  return new Map(biasesOf(biases).map(([token, bias]) => [token, Math.max(-LARGEST_BIAS, Math.min(bias, LARGEST_BIAS))]));
}
