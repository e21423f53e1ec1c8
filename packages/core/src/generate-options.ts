import type { DecodeOptions, Decoder } from "./decoder.ts";
import { InvalidOptionError } from "./errors.ts";
import type { LanguageModel } from "./language-model.ts";
import type { ModelRole } from "./model.ts";
import { checkOptions, integerBetween, type OptionCheck } from "./options.ts";
import type { Warning, WarningHandler } from "./warnings.ts";

export interface GenerateOptions<Role extends ModelRole = ModelRole> extends Omit<DecodeOptions, "maxNewTokens"> {
  readonly decoder: Decoder<Role>;
  /** Most tokens to commit. @defaultValue decoder.outputLength, or 128 for a decoder without one */
  readonly maxNewTokens?: number | undefined;
  /** Tokens that end the text, in place of the model's own. @defaultValue model.stopTokens */
  readonly stopTokens?: DecodeOptions["stopTokens"];
  /**
   * Strings that end the text; neither they nor what follows is part of it. One that is a special token, such as "<|im_end|>", works as if
   * that token were among `stopTokens`. @defaultValue []
   */
  readonly stopStrings?: readonly string[] | undefined;
  /** The cheaper model for decoders that require "draft". @defaultValue model.draft */
  readonly draft?: Pick<LanguageModel, "causal"> | undefined;
  /** Told of an option that has no effect here. @defaultValue logWarning, which writes to the console */
  readonly onWarning?: WarningHandler | undefined;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const hasMethods = (value: unknown, ...names: readonly string[]): boolean =>
  isObject(value) && names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");
const isListOf = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) &&
  Array.from(value as ArrayLike<unknown>).every(accepts);

const OPTIONS: Readonly<Record<keyof GenerateOptions, OptionCheck>> = {
  decoder: { expected: "a decoder, such as greedy() of @decodekit/greedy", accepts: (value) => hasMethods(value, "decode") },
  maxNewTokens: integerBetween(0),
  stopTokens: { expected: "a list of token ids", accepts: (value) => isListOf(value, Number.isInteger) },
  stopStrings: {
    expected: "a list of strings of at least 1 character",
    accepts: (value) => Array.isArray(value) && value.every((stop) => typeof stop === "string" && stop !== ""),
  },
  draft: { expected: "a model with a causal model", accepts: (value) => isObject(value) && "causal" in value && isObject(value.causal) },
  seed: { expected: "an integer in [0, 2^53)", accepts: (value) => integerBetween(0).accepts(value) },
  random: {
    expected: "a random source, such as seededRandom(1)",
    accepts: (value) => hasMethods(value, "uniform", "bernoulli", "categorical", "fork"),
  },
  signal: { expected: "an AbortSignal", accepts: (value) => hasMethods(value, "addEventListener") && "aborted" in (value as object) },
  onWarning: { expected: "a function", accepts: (value) => typeof value === "function" },
};

/** Checks everything that can be wrong before the decoder is asked. @throws InvalidOptionError for the first option that is wrong. */
export function checkGenerateOptions(prompt: unknown, options: GenerateOptions): void {
  const where = "generate";
  if (typeof prompt !== "string" && !(prompt instanceof Int32Array))
    throw new InvalidOptionError({ where, option: "prompt", expected: "text, or tokens in an Int32Array", actual: prompt });
  checkOptions(where, options, OPTIONS, "what shapes the choice of tokens, such as temperature, is an option of the decoder");
  // checkOptions lets an option that is left out pass.
  const { decoder } = options;
  if (!OPTIONS.decoder.accepts(decoder))
    throw new InvalidOptionError({ where, option: "decoder", expected: OPTIONS.decoder.expected, actual: decoder });
}

/** The options that have no effect, in this call on this model. */
export function ineffectiveOptions(model: LanguageModel, options: GenerateOptions): readonly Warning[] {
  const { decoder, draft, random, seed, stopStrings = [] } = options;
  const warnings: [option: keyof GenerateOptions, message: string][] = [];
  if (draft && !decoder.requires.includes("draft"))
    warnings.push(["draft", `draft has no effect: the decoder ${decoder.name} uses no draft model.`]);
  if (random && seed !== undefined) warnings.push(["seed", "seed has no effect, since random is given. Leave one of them out."]);
  for (const stop of stopStrings) {
    for (const special of model.tokenizer.specialTokens?.keys() ?? []) {
      if (stop === special || !stop.includes(special)) continue;
      const advice = `Give ${JSON.stringify(special)} by itself.`;
      warnings.push([
        "stopStrings",
        `the stop string ${JSON.stringify(stop)} holds a special token, which is never part of the text. ${advice}`,
      ]);
    }
  }
  return warnings.map(([option, message]) => ({ where: "generate", option, message }));
}
