import { InvalidOptionError } from "../errors.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import { objectOption, resolveOptions } from "../options.ts";
import { logWarning, type WarningHandler } from "../warnings.ts";

/** The settings that a model's authors recommend. */
export interface GenerationDefaults {
  /** For `generate`; undefined if the model has no recommendation. */
  readonly maxNewTokens?: number;
  /** For `topP` of `@decodekit/top-p`. Temperature 0, which is greedy, if the model is not meant to be sampled from. */
  readonly sampling: { readonly temperature: number; readonly p?: number };
  /** Settings that change the output and have no counterpart here, such as "repetition_penalty". */
  readonly ignored: readonly string[];
}

export interface GenerationConfigOptions {
  /** Receives a warning for each ignored setting. @defaultValue logWarning, which writes to the console */
  readonly onWarning?: WarningHandler | undefined;
}

/** Settings without a counterpart, and the values at which they have no effect. All have none at null, and are listed as in transformers. */
const IGNORED: Readonly<Record<string, readonly unknown[]>> = {
  top_k: [0],
  min_p: [0],
  typical_p: [1],
  epsilon_cutoff: [0],
  eta_cutoff: [0],
  repetition_penalty: [1],
  encoder_repetition_penalty: [1],
  no_repeat_ngram_size: [0],
  min_length: [0],
  min_new_tokens: [0],
  num_beams: [1],
  penalty_alpha: [0],
  guidance_scale: [1],
  bad_words_ids: [],
  suppress_tokens: [],
  begin_suppress_tokens: [],
  sequence_bias: [],
  forced_bos_token_id: [],
  forced_eos_token_id: [],
  max_time: [],
  stop_strings: [],
};
/** Settings that have no effect where nothing is sampled. */
const OF_SAMPLING: ReadonlySet<string> = new Set(["top_k", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff"]);

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Returns the settings of the model's `generation_config.json`, for `generate(model, prompt, { decoder: topP(sampling), maxNewTokens })`.
 * A missing temperature or top_p is 1, and `do_sample` false or missing means greedy, as in transformers. The file's `eos_token_id` is in
 * `model.stopTokens` already, and its `max_length`, which counts the prompt too, is not used. What has no counterpart is listed in
 * `ignored`, and reported.
 * @throws InvalidOptionError for a setting of the file with an invalid value.
 */
export function fromGenerationConfig(
  { generationConfig: config = {} }: Pick<LanguageModel, "generationConfig">,
  options: GenerationConfigOptions = {},
): GenerationDefaults {
  const where = "fromGenerationConfig";
  const { onWarning = logWarning } = resolveOptions(where, options, {
    onWarning: objectOption("a function", (value) => typeof value === "function"),
  });
  const number = (name: string, expected: string, accepts: (value: number) => boolean): number | undefined => {
    const actual = config[name] ?? undefined;
    if (actual === undefined || (Number.isFinite(actual) && accepts(actual as number))) return actual as number | undefined;
    throw new InvalidOptionError({ where, option: `${name} of generation_config.json`, expected, actual });
  };
  const maxNewTokens = number("max_new_tokens", "an integer >= 0", isCount);
  const temperature = number("temperature", "a number >= 0", (value) => value >= 0) ?? 1;
  const p = number("top_p", "a number in (0, 1]", (value) => value > 0 && value <= 1) ?? 1;
  const samples = config["do_sample"] === true && temperature > 0;
  const ignored = ignoredIn(config, samples);
  for (const option of ignored) {
    const message = `${option} of the model's generation_config.json is ignored, since decodekit has no such setting. The output may differ.`;
    onWarning({ where, option, message });
  }
  return { ...(maxNewTokens !== undefined && { maxNewTokens }), sampling: samples ? { temperature, p } : { temperature: 0 }, ignored };
}

function ignoredIn(config: Readonly<Record<string, unknown>>, samples: boolean): readonly string[] {
  return Object.entries(IGNORED).flatMap(([name, neutral]) => {
    const value = config[name];
    const isNeutral = value === undefined || value === null || neutral.includes(value) || (Array.isArray(value) && value.length === 0);
    return isNeutral || (!samples && OF_SAMPLING.has(name)) ? [] : [name];
  });
}
