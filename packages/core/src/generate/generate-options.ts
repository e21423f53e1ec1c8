import type { DecodeOptions, Decoder } from "../contracts/decoder.ts";
import type { ChatOptions } from "../contracts/chat.ts";
import { InvalidOptionError } from "../errors.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import type { ModelRole } from "../contracts/model.ts";
import { objectOption, type OptionDefinition, resolveOptions } from "../options.ts";
import type { LogitsProcessor } from "../contracts/sampler.ts";
import { PROCESSORS_OPTION } from "../sampling/sampler-options.ts";
import { isConversation } from "./prompt-tokens.ts";
import type { Warning, WarningHandler } from "../warnings.ts";

export interface GenerateOptions<Role extends ModelRole = ModelRole> extends Omit<DecodeOptions, "maxNewTokens"> {
  readonly decoder: Decoder<Role>;
  /** Maximum number of tokens to commit. @defaultValue decoder.outputLength, or 128 for a decoder without one */
  readonly maxNewTokens?: number | undefined;
  /** Tokens that end the text, in place of the model's own. @defaultValue model.stopTokens */
  readonly stopTokens?: DecodeOptions["stopTokens"];
  /**
   * Strings that end the text; neither they nor the text after them is part of it. A string that is a special token, such as
   * "<|im_end|>", works as if that token were among `stopTokens`. @defaultValue []
   */
  readonly stopStrings?: readonly string[] | undefined;
  /** How to turn messages into a prompt: tools, variables of the template and so on. Without effect for another prompt. @defaultValue {} */
  readonly chat?: ChatOptions | undefined;
  /** The cheaper model for decoders that require "draft". @defaultValue model.draft */
  readonly draft?: Pick<LanguageModel, "causal"> | undefined;
  /**
   * Applied in order to every row of the causal model, with the row's own prefix, before the decoder sees it; see `withProcessors` of
   * `@decodekit/core/toolkit`. What a decoder guarantees then holds for the processed distribution. Draft and masked models are not
   * processed: their guesses may be accepted less often. @defaultValue []
   */
  readonly processors?: readonly LogitsProcessor[] | undefined;
  /**
   * Adds to commits and result the log-probability of every committed token and of its k most likely alternatives; k is an integer in
   * [0, vocabSize], where 0 adds no alternatives. They come from the rows that the causal model returned to the decoder, after
   * `processors` and before the decoder's temperature or truncation. A token whose row it never returned, such as one that a masked
   * model predicted, has NaN. @defaultValue none
   */
  readonly logProbabilities?: number | undefined;
  /** Receives warnings about options that have no effect in this call. @defaultValue logWarning, which writes to the console */
  readonly onWarning?: WarningHandler | undefined;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const hasMethods = (value: unknown, ...names: readonly string[]): boolean =>
  isObject(value) && names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");
const isListOf = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) &&
  Array.from(value as ArrayLike<unknown>).every(accepts);

const OPTIONS = {
  decoder: { ...objectOption("a decoder, such as greedy() of @decodekit/greedy", (value) => hasMethods(value, "decode")), required: true },
  maxNewTokens: { type: "integer", minimum: 0, help: "Maximum number of tokens to commit" },
  stopTokens: objectOption("a list of token ids", (value) => isListOf(value, Number.isInteger)),
  stopStrings: objectOption("a list of strings of at least 1 character", (value) => {
    return Array.isArray(value) && value.every((stop) => typeof stop === "string" && stop !== "");
  }),
  chat: objectOption("an object", (value) => isObject(value) && !Array.isArray(value)),
  draft: objectOption("a model with a causal model", (value) => isObject(value) && "causal" in value && isObject(value.causal)),
  processors: PROCESSORS_OPTION,
  logProbabilities: { type: "integer", minimum: 0, help: "Alternatives of each token to report" },
  seed: objectOption("an integer in [0, 2^53)", (value) => Number.isSafeInteger(value) && (value as number) >= 0),
  random: objectOption("a random source, such as seededRandom(1)", (value) => {
    return hasMethods(value, "uniform", "bernoulli", "categorical", "fork");
  }),
  signal: objectOption("an AbortSignal", (value) => hasMethods(value, "addEventListener") && "aborted" in (value as object)),
  onWarning: objectOption("a function", (value) => typeof value === "function"),
} as const satisfies Readonly<Record<keyof GenerateOptions, OptionDefinition>>;

/** Checks prompt and options before the decoder runs. @throws InvalidOptionError for the first invalid option. */
export function checkGenerateOptions(prompt: unknown, options: GenerateOptions, { causal }: LanguageModel): void {
  const where = "generate";
  if (typeof prompt !== "string" && !(prompt instanceof Int32Array) && !isConversation(prompt)) {
    const expected = "text, tokens in an Int32Array, or at least one message with a role";
    throw new InvalidOptionError({ where, option: "prompt", expected, actual: prompt });
  }
  const logProbabilities = { ...OPTIONS.logProbabilities, maximum: causal?.vocabSize };
  resolveOptions(where, options, { ...OPTIONS, logProbabilities }, "sampling options, such as temperature, belong to the decoder");
}

/** Returns warnings about the options that have no effect in this call on this model. */
export function ineffectiveOptions(model: LanguageModel, prompt: unknown, options: GenerateOptions): readonly Warning[] {
  const { decoder, draft, chat, random, seed, stopStrings = [] } = options;
  const warnings: [option: keyof GenerateOptions, message: string][] = [];
  if (draft && !decoder.requires.includes("draft"))
    warnings.push(["draft", `draft has no effect: the decoder ${decoder.name} uses no draft model.`]);
  for (const option of ["processors", "logProbabilities"] as const) {
    if (options[option] !== undefined && !decoder.requires.includes("causal"))
      warnings.push([option, `${option} has no effect: the decoder ${decoder.name} uses no causal model.`]);
  }
  if (chat && !isConversation(prompt)) warnings.push(["chat", "chat has no effect: the prompt is not a list of messages."]);
  if (random && seed !== undefined) warnings.push(["seed", "seed has no effect, since random is given. Leave one of them out."]);
  for (const stop of stopStrings) {
    for (const special of model.tokenizer.specialTokens?.keys() ?? []) {
      if (stop === special || !stop.includes(special)) continue;
      const advice = `Pass ${JSON.stringify(special)} by itself.`;
      warnings.push([
        "stopStrings",
        `the stop string ${JSON.stringify(stop)} contains a special token, which is never part of the text. ${advice}`,
      ]);
    }
  }
  return warnings.map(([option, message]) => ({ where: "generate", option, message }));
}
