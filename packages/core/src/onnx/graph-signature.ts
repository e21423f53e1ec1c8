import type { InferenceSession } from "onnxruntime-common";
import { ModelShapeError } from "../errors.ts";
import { type CacheSizes, type CacheTensor, PAST, readCacheLayout, shapeOf } from "./cache-layout.ts";

/** Integer types of a graph's inputs, and float types of its logits. */
export type IdType = "int32" | "int64";
type FloatType = "float16" | "float32";

/** An input of integers beside the tokens. */
export interface IdInput {
  readonly type: IdType;
  /** Number of dimensions. */
  readonly rank: number;
  /** Size of the first dimension of an input with 3: the parts of a position, which are the same for text. */
  readonly parts: number;
}

/** A causal graph, described by its inputs and outputs. The names are the usual ones; `names` holds those that differ. */
export interface GraphSignature {
  /** Names in the graph of inputs and outputs by their usual names, where these differ. */
  readonly names: TensorNames;
  /** Type of `input_ids`, shape (1, rows). */
  readonly idType: IdType;
  /** False for a graph that reads only embeddings in place of `input_ids`. */
  readonly readsIds: boolean;
  /** Ones for all positions, cached ones included, shape (1, positions). */
  readonly attentionMask: IdInput | undefined;
  /** Shape (1, rows), or (parts, 1, rows). */
  readonly positionIds: IdInput | undefined;
  /** Zeros: all rows are ordinary text, shape (1, rows). */
  readonly tokenTypeIds: IdInput | undefined;
  /** The number of last rows to return logits for: a scalar, or shape (1,). */
  readonly rowCount: IdInput | undefined;
  /** The position at which the pass begins, for graphs that write into a cache of fixed size, shape (1,). */
  readonly writeIndices: IdInput | undefined;
  /** The number of positions that such a cache holds after the pass, shape (1,). */
  readonly validLength: IdInput | undefined;
  /**
   * Whether the graph has one branch for a sequence's first pass and another for those over a cache, and an input that chooses. The latter
   * may read one token correctly but not several: it is recorded with one.
   */
  readonly hasCacheBranch: boolean;
  /** Whether there is an input that narrows what the rows of a pass see, bool, shape (1, 1, rows or 1, positions or 1). */
  readonly treeMask: boolean;
  /** Whether there is an input of what is added to the positions that the graph counts, int64, shape (rows or 1,). */
  readonly positionOffsets: boolean;
  /** Whether there is an output of the states from which the last projection computes the logits, shape (1, rows, size). */
  readonly hiddenStates: boolean;
  /** Whether there is an output of the states after chosen layers, float32, shape (1, rows, layers · size). */
  readonly layerStates: boolean;
  /** The state from pass to pass. Empty for a graph without one, which reads the whole sequence in every pass. */
  readonly cache: readonly CacheTensor[];
  readonly logitsType: FloatType;
  /** Undefined if the graph does not declare it. */
  readonly vocabSize: number | undefined;
}

/** Names of tensors in a graph by their usual names. */
type TensorNames = Readonly<Partial<Record<string, string>>>;

type Value = InferenceSession.TensorValueMetadata;
type Values = readonly InferenceSession.ValueMetadata[];

/** The input that says how many last rows of logits to compute, as some exporters name it. */
export const ROW_COUNT = "num_logits_to_keep";
/** The input that chooses the branch of a merged decoder, shape (1,). */
export const CACHE_BRANCH = "use_cache_branch";
/** Inputs that `withTreeInputs` adds. */
export const TREE_MASK = "decodekit.tree_mask";
export const POSITION_OFFSETS = "decodekit.position_offsets";
/** The output that `withHiddenStates` adds. */
export const HIDDEN_STATES = "decodekit.hidden_states";
/** The output that `withLayerStates` adds. */
export const LAYER_STATES = "decodekit.layer_states";
const INPUTS = [
  "input_ids",
  "attention_mask",
  "position_ids",
  "token_type_ids",
  ROW_COUNT,
  "write_indices",
  "nonpad_kv_seqlen",
  CACHE_BRANCH,
];

/** Inputs of graphs that are known and not supported, with the reason. */
const UNSUPPORTED: readonly (readonly [name: RegExp, actual: string])[] = [
  [/^encoder_/, "an encoder-decoder model, which is not supported yet"],
];

/** The names and sizes that a graph itself does not tell. */
export interface SignatureHints {
  /** Names of more inputs that are required. @defaultValue [] */
  readonly moreInputs?: readonly string[];
  /** Whether a graph without a cache is a causal one too: its inputs and outputs do not tell it from a mask predictor. @defaultValue false */
  readonly withoutCache?: boolean;
  /** @defaultValue none */
  readonly sizes?: CacheSizes;
  /** Names of inputs and outputs that differ from the usual ones. @defaultValue none */
  readonly names?: TensorNames;
  /** Inputs that another graph computes from token ids. @defaultValue none */
  readonly embedded?: readonly string[];
}

/** Recognises a causal graph. @throws ModelShapeError for any other graph, and for inputs of unknown meaning. */
export function readGraphSignature(source: string, inputs: Values, outputs: Values, hints: SignatureHints = {}): GraphSignature {
  const { moreInputs = [], withoutCache = false, sizes = { heads: undefined, headSize: undefined }, names = {}, embedded = [] } = hints;
  const nameOf = (usual: string): string => names[usual] ?? usual;
  const need = (values: Values, name: string, expected: string): Value => {
    const value = find(values, name);
    if (value) return value;
    const actual = `none (the graph has ${values.map((each) => each.name).join(", ")})`;
    throw new ModelShapeError({ source, tensor: name, expected, actual });
  };
  refuseUnsupported(source, inputs);
  const given = find(inputs, nameOf("input_ids"));
  const ids = given ?? (embedded.length > 0 ? undefined : need(inputs, nameOf("input_ids"), "an input of token ids"));
  const logits = need(outputs, nameOf("logits"), "an output of shape (batch, sequence, vocabSize)");
  if (logits.shape.length !== 3) {
    const expected = "of shape (batch, sequence, vocabSize), as a language model's";
    throw new ModelShapeError({ source, tensor: logits.name, expected, actual: shapeOf(logits) });
  }
  if (!withoutCache && !inputs.some(({ name }) => PAST.test(name))) need(inputs, "past_key_values.0.key", "an input of cached keys");
  const cache = readCacheLayout(source, inputs, outputs, sizes);
  const writes = cache.some(({ capacity }) => capacity !== undefined);
  for (const name of [...(writes ? [nameOf("write_indices")] : []), ...moreInputs]) need(inputs, name, "an input");
  refuseUnknown(source, inputs, [...INPUTS.map(nameOf), TREE_MASK, POSITION_OFFSETS, ...moreInputs, ...embedded]);

  const optional = (name: string): IdInput | undefined => idInput(source, find(inputs, nameOf(name)));
  const vocabSize = logits.shape[2];
  return {
    names,
    idType: ids ? typeOf(source, ids, ["int64", "int32"]) : "int64",
    readsIds: ids !== undefined,
    attentionMask: optional("attention_mask"),
    positionIds: optional("position_ids"),
    tokenTypeIds: optional("token_type_ids"),
    rowCount: optional(ROW_COUNT),
    writeIndices: optional("write_indices"),
    validLength: optional("nonpad_kv_seqlen"),
    hasCacheBranch: find(inputs, nameOf(CACHE_BRANCH)) !== undefined,
    treeMask: find(inputs, TREE_MASK) !== undefined,
    positionOffsets: find(inputs, POSITION_OFFSETS) !== undefined,
    hiddenStates: find(outputs, HIDDEN_STATES) !== undefined,
    layerStates: find(outputs, LAYER_STATES) !== undefined,
    cache,
    logitsType: typeOf(source, logits, ["float32", "float16"]),
    vocabSize: typeof vocabSize === "number" && vocabSize > 0 ? vocabSize : undefined,
  };
}

function refuseUnsupported(source: string, inputs: Values): void {
  for (const [pattern, actual] of UNSUPPORTED) {
    const input = inputs.find(({ name }) => pattern.test(name));
    if (input) throw new ModelShapeError({ source, tensor: `input ${input.name}`, expected: "absent", actual: `that of ${actual}` });
  }
}

function refuseUnknown(source: string, inputs: Values, known: readonly string[]): void {
  const unknown = inputs.find(({ name }) => !known.includes(name) && !PAST.test(name));
  if (!unknown) return;
  const expected = `one of ${known.filter((name) => !name.startsWith("decodekit.")).join(", ")}, past_key_values.N.key, past_key_values.N.value`;
  throw new ModelShapeError({ source, tensor: `input ${unknown.name}`, expected, actual: "an input of unknown meaning" });
}

function idInput(source: string, value: Value | undefined): IdInput | undefined {
  if (!value) return undefined;
  const [parts] = value.shape;
  const rank = value.shape.length;
  return { type: typeOf(source, value, ["int64", "int32"]), rank, parts: rank === 3 && typeof parts === "number" ? parts : 1 };
}

function find(values: Values, name: string): Value | undefined {
  return values.find((value): value is Value => value.name === name && value.isTensor);
}

function typeOf<Type extends string>(source: string, value: Value, types: readonly Type[]): Type {
  const type = types.find((each) => each === value.type);
  if (!type) throw new ModelShapeError({ source, tensor: value.name, expected: types.join(" or "), actual: value.type });
  return type;
}
