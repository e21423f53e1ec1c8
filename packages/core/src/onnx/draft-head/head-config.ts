import { ModelLoadError } from "../../errors.ts";
import type { JsonFile } from "../json-file.ts";

/** The graphs of draft heads. */
export type HeadKind = "eagle" | "dflash";

/** What the `config.json` of a draft head says. */
export interface HeadConfig {
  /** Layers of the target, counted from 0, after which it reads hidden states; undefined if it names none. */
  readonly targetLayers: readonly number[] | undefined;
  /** Most positions of a sequence; Infinity if it states none. */
  readonly contextLength: number;
}

/** What the `config.json` of a DFlash head says besides. */
export interface BlockConfig {
  readonly blockSize: number;
  readonly maskTokenId: number;
}

/**
 * Reads the configuration of a draft head. `target_layers` are the layers after which hidden states are taken, counted from 0; so are
 * `target_layer_ids` of DFlash's checkpoints, also within `dflash_config`. `eagle_aux_hidden_state_layer_ids` of EAGLE-3 checkpoints, as
 * vLLM reads them, are the layers that states *enter*: one more.
 * @throws ModelLoadError for a value of the wrong type.
 */
export function readHeadConfig({ source, values }: JsonFile): HeadConfig {
  const inner = ["transformer_layer_config", "dflash_config", "eagle_config"].map((name) => within(values, name));
  const all: JsonFile["values"] = Object.assign({}, ...inner, values);
  const layers = (name: string, entering: number): readonly number[] | undefined => {
    const list = all[name];
    if (list === undefined || list === null) return undefined;
    const isList = Array.isArray(list) && list.length > 0 && list.every((layer) => Number.isSafeInteger(layer) && layer >= entering);
    if (isList) return (list as number[]).map((layer) => layer - entering);
    throw new ModelLoadError(source, `${name} must be an array of at least 1 integer >= ${entering}, got ${JSON.stringify(list)}.`);
  };
  const length = all["max_position_embeddings"];
  return {
    targetLayers: layers("target_layers", 0) ?? layers("target_layer_ids", 0) ?? layers("eagle_aux_hidden_state_layer_ids", 1),
    contextLength: Number.isSafeInteger(length) && (length as number) >= 1 ? (length as number) : Infinity,
  };
}

/** @throws ModelLoadError if `block_size` or `mask_token_id` is missing or not one of the target's `vocabSize` tokens. */
export function readBlockConfig({ source, values }: JsonFile, vocabSize: number): BlockConfig {
  const all = { ...within(values, "dflash_config"), ...values };
  const integer = (name: string, least: number, most: number): number => {
    const value = all[name];
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
    const expected = most === Infinity ? `an integer >= ${least}` : `an integer in [${least}, ${most}]`;
    throw new ModelLoadError(source, `${name} must be ${expected}, got ${JSON.stringify(value) ?? "none"}. A DFlash head needs it.`);
  };
  return { blockSize: integer("block_size", 2, Infinity), maskTokenId: integer("mask_token_id", 0, vocabSize - 1) };
}

/**
 * Returns the layers of the target after which a head reads hidden states. An EAGLE-3 head that names none reads the states that enter
 * layers 2, L/2 and L - 3 of L, as SafeAILab's EAGLE does, and vLLM's `get_eagle3_aux_hidden_state_layers`.
 * @throws ModelLoadError if the head names none of the target's layers.
 */
export function targetLayersOf(
  { source, targetLayers }: Pick<HeadConfig, "targetLayers"> & { readonly source: string },
  kind: HeadKind,
  layers: number,
): readonly number[] {
  const usual = kind === "eagle" ? [2, Math.floor(layers / 2), layers - 3].map((layer) => layer - 1) : undefined;
  const chosen = targetLayers ?? usual;
  const isOwn = chosen && new Set(chosen).size === chosen.length && chosen.every((layer) => layer >= 0 && layer < layers);
  if (isOwn) return chosen;
  const expected = `different layers of the target, in [0, ${layers})`;
  const actual = targetLayers ? JSON.stringify(targetLayers) : "none";
  throw new ModelLoadError(source, `target_layers must be ${expected}, got ${actual}. Use the target that the draft head was trained for.`);
}

function within(values: JsonFile["values"], name: string): JsonFile["values"] {
  const inner = values[name];
  return typeof inner === "object" && inner !== null ? (inner as JsonFile["values"]) : {};
}
