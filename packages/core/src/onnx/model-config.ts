import { ModelLoadError } from "../errors.ts";
import type { TokenId } from "../model.ts";
import type { ModelFolder } from "./model-folder.ts";

/** What we use of `config.json` and `generation_config.json`. */
export interface ModelConfig {
  /** Undefined when the configuration names none. */
  readonly contextLength: number | undefined;
  readonly vocabSize: number | undefined;
  readonly stopTokens: readonly TokenId[];
  /** The mask token of a model with a canvas stream; undefined for any other. */
  readonly canvasMaskTokenId: TokenId | undefined;
}

export type Json = Readonly<Record<string, unknown>>;

/** A JSON file that must be an object; undefined when it does not exist. @throws ModelLoadError when it is something else. */
export async function readJson(folder: ModelFolder, path: string): Promise<Json | undefined> {
  const bytes = await folder.read(path);
  if (!bytes) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ModelLoadError(folder.describe(path), "is no valid JSON. It may be cut short; fetch it again.", error);
  }
  if (typeof value !== "object" || value === null) throw new ModelLoadError(folder.describe(path), "must hold a JSON object.");
  return value as Json;
}

/** A file without which there is no model. @throws ModelLoadError when it does not exist. */
export function required<Content>(folder: ModelFolder, path: string, content: Content | undefined): Content {
  if (content === undefined) throw new ModelLoadError(folder.describe(path), "does not exist. A model folder needs it.");
  return content;
}

export function modelConfig(config: Json, generationConfig: Json = {}): ModelConfig {
  return {
    contextLength: firstInteger(config.max_position_embeddings, config.n_positions, config.n_ctx),
    vocabSize: firstInteger(config.vocab_size),
    canvasMaskTokenId: config.canvas === undefined ? undefined : firstInteger(config.mask_token_id),
    stopTokens: [generationConfig.eos_token_id ?? config.eos_token_id].flat().filter((token): token is number => Number.isInteger(token)),
  };
}

function firstInteger(...values: readonly unknown[]): number | undefined {
  return values.find((value): value is number => Number.isInteger(value));
}
