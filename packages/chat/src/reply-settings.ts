import {
  acceptsValue,
  greedySampler,
  type LanguageModel,
  type LogitsProcessor,
  objectOption,
  type OptionDefinitions,
  resolveOptions,
  type Sampler,
  type TokenId,
} from "@decodekit/core";
import { vllm } from "@decodekit/samplers";

/** How tokens are chosen, and when an output ends. Settings that are left out are those of the model's `generation_config.json`, else off. */
export interface ReplySettings {
  /** At least 0; 0 takes the most likely token. @defaultValue 1 */
  readonly temperature?: number | undefined;
  /** In (0, 1]. @defaultValue 1 */
  readonly topP?: number | undefined;
  /** An integer >= 0; 0 is off. @defaultValue 0 */
  readonly topK?: number | undefined;
  /** In [0, 1]. @defaultValue 0 */
  readonly minP?: number | undefined;
  /** Subtracted from the logits of tokens of the output, in [-2, 2]. @defaultValue 0 */
  readonly presencePenalty?: number | undefined;
  /** Subtracted for each time that a token is in the output, in [-2, 2]. @defaultValue 0 */
  readonly frequencyPenalty?: number | undefined;
  /** Divides the positive logits of tokens of prompt and output, and multiplies the negative ones; above 0. @defaultValue 1 */
  readonly repetitionPenalty?: number | undefined;
  /** Added to the logits of tokens, by id; cut to [-100, 100]. @defaultValue none */
  readonly logitBias?: ReadonlyMap<TokenId, number> | Readonly<Record<string, number>> | undefined;
  /** An integer in [0, 2^53). @defaultValue 0 */
  readonly seed?: number | undefined;
  /** An integer >= 0. @defaultValue what the model's context leaves */
  readonly maxNewTokens?: number | undefined;
  /** Strings that end the output; neither they nor what follows is part of it. @defaultValue [] */
  readonly stopStrings?: readonly string[] | undefined;
}

const PENALTY = { type: "number", minimum: -2, maximum: 2 } as const;

const SETTINGS = {
  temperature: { type: "number", help: "Divides the logits; 0 is greedy", minimum: 0 },
  topP: { type: "number", help: "Probability mass of the most likely tokens to keep", minimum: 0, exclusiveMinimum: true, maximum: 1 },
  topK: { type: "integer", help: "Number of most likely tokens to keep; 0 is off", minimum: 0 },
  minP: { type: "number", help: "Share of the largest probability that a token must have", minimum: 0, maximum: 1 },
  presencePenalty: { ...PENALTY, help: "Subtracted from the logits of tokens of the output" },
  frequencyPenalty: { ...PENALTY, help: "Subtracted for each time that a token is in the output" },
  repetitionPenalty: { type: "number", help: "Makes tokens that were seen less likely", minimum: 0, exclusiveMinimum: true },
  logitBias: objectOption("an object or a Map of numbers by token id", (value) => typeof value === "object" && value !== null),
  seed: { type: "integer", help: "Where all randomness comes from", minimum: 0 },
  maxNewTokens: { type: "integer", help: "Maximum number of tokens of the output", minimum: 0 },
  stopStrings: objectOption("a list of strings of at least 1 character", (value) => {
    return Array.isArray(value) && value.every((stop) => typeof stop === "string" && stop !== "");
  }),
} as const satisfies OptionDefinitions<ReplySettings>;

/** Settings in the form that a decode takes. */
export interface ResolvedSettings extends Pick<ReplySettings, "seed" | "maxNewTokens"> {
  /** Draws a token from a row that was processed. */
  readonly sampler: Sampler;
  /** Biases and penalties, which every decoder's rows can have. */
  readonly processors: readonly LogitsProcessor[];
  readonly stopStrings: readonly string[];
  /** The given settings that only the sampler follows. */
  readonly ofSampler: readonly string[];
}

const OF_SAMPLER = ["temperature", "topP", "topK", "minP"] as const;

/** Settings of `generation_config.json` by their names there. */
const RECOMMENDED = {
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  minP: "min_p",
  repetitionPenalty: "repetition_penalty",
} as const;

/**
 * Checks settings and fills in what the model's authors recommend. All of them mean what they mean in vLLM, and come in its order: biases,
 * penalties, temperature, min-p, top-k, top-p.
 * @throws InvalidOptionError for a setting that is unknown or out of range.
 */
export function resolveSettings(where: string, settings: ReplySettings, config: LanguageModel["generationConfig"]): ResolvedSettings {
  const given = resolveOptions<ReplySettings, typeof SETTINGS>(where, settings, SETTINGS);
  const recommended = recommendedBy(config);
  const { temperature, topP, topK, minP, repetitionPenalty } = { ...recommended, ...defined(given) };
  const { presencePenalty, frequencyPenalty, logitBias, seed, maxNewTokens, stopStrings = [] } = given;
  const { processors } = vllm({
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
    repetition_penalty: repetitionPenalty,
    logit_bias:
      logitBias &&
      (logitBias instanceof Map ? logitBias : new Map(Object.entries(logitBias).map(([token, bias]) => [Number(token), bias]))),
  });
  const sampler = temperature === 0 ? greedySampler : vllm({ temperature, top_p: topP, top_k: topK, min_p: minP });
  return { sampler, processors, stopStrings, seed, maxNewTokens, ofSampler: OF_SAMPLER.filter((name) => settings[name] !== undefined) };
}

/** Returns what a model's configuration recommends, without values that are out of range. */
function recommendedBy(config: LanguageModel["generationConfig"] = {}): ReplySettings {
  const recommended: Record<string, unknown> = {};
  for (const [name, theirs] of Object.entries(RECOMMENDED)) {
    if (config[theirs] != null && acceptsValue(SETTINGS[name as keyof typeof RECOMMENDED], config[theirs]))
      recommended[name] = config[theirs];
  }
  return recommended;
}

function defined(settings: ReplySettings): ReplySettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
