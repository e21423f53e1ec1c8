import { ModelLoadError } from "../errors.ts";
import type { TokenId } from "../model.ts";
import type { JsonFile } from "./json-file.ts";
import type { Warn } from "./model-source.ts";

/** Keys of the context length, the usual one first. */
const CONTEXT_LENGTHS = ["max_position_embeddings", "n_positions", "n_ctx"];

/** Longest sequence in tokens; undefined when the configuration names none. A value that is none is told and left out. */
export function contextLengthIn(config: JsonFile, warn: Warn): number | undefined {
  return firstCount(config, CONTEXT_LENGTHS, warn);
}

/** Undefined when the configuration names none. A value that is none is told and left out. */
export function vocabSizeIn(config: JsonFile, warn: Warn): number | undefined {
  return firstCount(config, ["vocab_size"], warn);
}

/** Whether the configuration tells of a canvas graph. @throws ModelLoadError when `canvas` is neither an object nor null. */
export function hasCanvas({ source, values: { canvas } }: JsonFile): boolean {
  if (canvas === undefined || canvas === null) return false;
  if (typeof canvas === "object") return true;
  throw new ModelLoadError(source, `canvas must be an object, got ${show(canvas)}.`);
}

/** The mask token of a model with a canvas graph. @throws ModelLoadError when there is none in [0, vocabSize). */
export function maskTokenIn({ source, values }: JsonFile, vocabSize: number): TokenId {
  const { mask_token_id: token } = values;
  if (isToken(token, vocabSize)) return token;
  throw new ModelLoadError(
    source,
    `mask_token_id must be a token id in [0, ${vocabSize}), got ${show(token)}. The canvas graph cannot run without one.`,
  );
}

/**
 * The tokens that end a text: `eos_token_id` of `generation_config.json`, or where that has none of `config.json`. What is no token of
 * the model can never be written, so it is told and left out.
 */
export function stopTokensIn(files: readonly (JsonFile | undefined)[], vocabSize: number, warn: Warn): readonly TokenId[] {
  for (const file of files) {
    const value = file?.values.eos_token_id;
    if (!file || value === undefined || value === null) continue;
    const ids: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const id of ids) {
      if (isToken(id, vocabSize)) continue;
      warn(
        `${file.source}: eos_token_id ${show(id)} is no token id in [0, ${vocabSize}) and ends no text. Pass stopTokens if others should.`,
      );
    }
    return [...new Set(ids.filter((id): id is TokenId => isToken(id, vocabSize)))];
  }
  return [];
}

/** The first of `keys` that has a count. */
function firstCount({ source, values }: JsonFile, keys: readonly string[], warn: Warn): number | undefined {
  for (const key of keys) {
    const value = values[key];
    if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
    if (value !== undefined && value !== null) warn(`${source}: ${key} must be an integer >= 1, got ${show(value)}, and is not used.`);
  }
  return undefined;
}

function isToken(value: unknown, vocabSize: number): value is TokenId {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < vocabSize;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "none";
}
