import { ModelLoadError } from "../errors.ts";
import type { TokenId } from "../contracts/model.ts";
import type { Tokenizer } from "../contracts/tokenizer.ts";
import type { JsonFile } from "./json-file.ts";
import type { Warn } from "./model-source.ts";

/** Keys of the context length, the most common one first. */
const CONTEXT_LENGTHS = ["max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length"];

/** Returns the configuration with the values of its `text_config`, which models of several kinds of input have, where it has none itself. */
export function withTextConfig({ source, values }: JsonFile): JsonFile {
  const { text_config: text } = values;
  if (typeof text !== "object" || text === null) return { source, values };
  const own = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return { source, values: { ...text, ...Object.fromEntries(own) } };
}

/** Returns the context length in tokens, or undefined if the configuration has none. An invalid value causes a warning and is ignored. */
export function contextLengthIn(config: JsonFile, warn: Warn): number | undefined {
  return firstCount(config, CONTEXT_LENGTHS, warn);
}

/**
 * Returns how many of a masked model's positions a text can have. Models such as RoBERTa count them from `pad_token_id` + 1, so the first rows
 * of their table are never used: it has that many rows more than a power of two.
 */
export function usablePositions({ values: { pad_token_id: pad } }: JsonFile, positions: number): number {
  if (!Number.isSafeInteger(pad) || (pad as number) < 0) return positions;
  const used = positions - (pad as number) - 1;
  return Number.isInteger(Math.log2(used)) ? used : positions;
}

/** Returns the longest text that the tokenizer's configuration states, in tokens with the added ones; undefined if it states none. */
export function longestTextIn(config: JsonFile | undefined): number | undefined {
  const length = config?.values["model_max_length"];
  // Configurations without a limit state 1e30.
  return Number.isSafeInteger(length) && (length as number) >= 1 ? (length as number) : undefined;
}

/** Keys of the number of positions that a layer with a window sees. */
const WINDOWS = ["sliding_window", "window_size", "local_attention"];

/** Returns whether some layer sees only a window of the last positions, fewer than `contextLength`. */
export function hasWindow({ values }: JsonFile, contextLength: number): boolean {
  if (values["use_sliding_window"] === false) return false;
  return WINDOWS.some((key) => {
    const window = values[key];
    return typeof window === "number" && window > 0 && window < contextLength;
  });
}

/** Returns the vocabulary size, or undefined if the configuration has none. An invalid value causes a warning and is ignored. */
export function vocabSizeIn(config: JsonFile, warn: Warn): number | undefined {
  return firstCount(config, ["vocab_size"], warn);
}

/** Returns whether the configuration declares a canvas graph. @throws ModelLoadError if `canvas` is neither an object nor null. */
export function hasCanvas({ source, values: { canvas } }: JsonFile): boolean {
  if (canvas === undefined || canvas === null) return false;
  if (typeof canvas === "object") return true;
  throw new ModelLoadError(source, `canvas must be an object, got ${show(canvas)}.`);
}

/** Returns the mask token that the configuration must name. @throws ModelLoadError if it is not in [0, vocabSize). */
export function maskTokenIn({ source, values }: JsonFile, vocabSize: number): TokenId {
  const { mask_token_id: token } = values;
  if (isToken(token, vocabSize)) return token;
  throw new ModelLoadError(
    source,
    `mask_token_id must be a token id in [0, ${vocabSize}), got ${show(token)}. The model cannot predict masked tokens without one.`,
  );
}

/**
 * Returns the tokens that end a text: `eos_token_id` of `generation_config.json`, or of `config.json` if the former has none. An id outside
 * the model's vocabulary can never be predicted, so it causes a warning and is ignored.
 */
export function stopTokensIn(files: readonly (JsonFile | undefined)[], vocabSize: number, warn: Warn): readonly TokenId[] {
  for (const file of files) {
    const value = file?.values.eos_token_id;
    if (!file || value === undefined || value === null) continue;
    const ids: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const id of ids) {
      if (isToken(id, vocabSize)) continue;
      warn(
        `${file.source}: eos_token_id ${show(id)} is not a token id in [0, ${vocabSize}) and is ignored. Pass stopTokens to end texts at other tokens.`,
      );
    }
    return [...new Set(ids.filter((id): id is TokenId => isToken(id, vocabSize)))];
  }
  return [];
}

/**
 * Returns the stop tokens of a model for chats: `stopTokens`, and the tokenizer's `eos_token`, with which its template ends messages. The
 * configuration of a model that was trained further often still has the end token of the model before.
 */
export function chatStopTokens(stopTokens: readonly TokenId[], config: JsonFile | undefined, tokenizer: Tokenizer): readonly TokenId[] {
  const token = tokenizer.specialTokens?.get(tokenName(config?.values["eos_token"]) ?? "");
  return token === undefined ? stopTokens : [...new Set([...stopTokens, token])];
}

/** Returns the name of a token in `tokenizer_config.json`, where it is a string or an object. */
export function tokenName(value: unknown): string | undefined {
  const name = typeof value === "object" && value !== null && "content" in value ? value.content : value;
  return typeof name === "string" ? name : undefined;
}

/** Returns the value of the first of `keys` that is set, if it is a count. */
function firstCount({ source, values }: JsonFile, keys: readonly string[], warn: Warn): number | undefined {
  for (const key of keys) {
    const value = values[key];
    if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
    if (value !== undefined && value !== null) warn(`${source}: ${key} must be an integer >= 1, got ${show(value)}. It is ignored.`);
  }
  return undefined;
}

export function isToken(value: unknown, vocabSize: number): value is TokenId {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < vocabSize;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "none";
}

/** Returns whether the configuration names the class of a causal language model: "LlamaForCausalLM", "GPT2LMHeadModel". */
export function isCausal(config: JsonFile): boolean {
  return namesClass(config, /CausalLM$|LMHeadModel$/);
}

/** Returns whether the configuration is that of a model that only predicts masked tokens: "BertForMaskedLM", or with a mask token. */
export function predictsMasks(config: JsonFile): boolean {
  return namesClass(config, /MaskedLM$/) || (!isCausal(config) && typeof config.values["mask_token_id"] === "number");
}

function namesClass({ values: { architectures } }: JsonFile, pattern: RegExp): boolean {
  return Array.isArray(architectures) && architectures.some((name) => typeof name === "string" && pattern.test(name));
}
