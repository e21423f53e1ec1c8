import type { InferenceSession } from "onnxruntime-common";
import { ModelShapeError } from "../errors.ts";

/** Integer types of a graph's token ids, and float types of its cache. */
type IdType = "int32" | "int64";
export type FloatType = "float16" | "float32";

/** One tensor of the cache: the input that it feeds, and the output with its grown successor. */
export interface CacheTensor {
  readonly input: string;
  readonly output: string;
  readonly heads: number;
  readonly headSize: number;
}

/** A causal graph with a KV cache, described by its inputs and outputs. */
export interface GraphSignature {
  readonly idType: IdType;
  readonly hasAttentionMask: boolean;
  readonly hasPositionIds: boolean;
  readonly cacheType: FloatType;
  readonly cache: readonly CacheTensor[];
  readonly logitsType: FloatType;
  /** Undefined if the graph does not declare it. */
  readonly vocabSize: number | undefined;
}

type Value = InferenceSession.TensorValueMetadata;
type Values = readonly InferenceSession.ValueMetadata[];

const PAST = /^past_key_values\.(\d+)\.(key|value)$/;
const IDS = ["input_ids", "attention_mask", "position_ids"];

/**
 * Recognises the layout `past_key_values.N.{key,value}` → `present.N.{key,value}`; `moreInputs` are names of additional required inputs.
 * @throws ModelShapeError for any other graph.
 */
export function readGraphSignature(source: string, inputs: Values, outputs: Values, moreInputs: readonly string[] = []): GraphSignature {
  const find = (values: Values, name: string): Value | undefined =>
    values.find((value): value is Value => value.name === name && value.isTensor);
  const need = (values: Values, name: string, expected: string): Value => {
    const value = find(values, name);
    if (!value)
      throw new ModelShapeError({
        source,
        tensor: name,
        expected,
        actual: `none (the graph has ${values.map((each) => each.name).join(", ")})`,
      });
    return value;
  };

  const ids = need(inputs, "input_ids", "an input of token ids");
  const logits = need(outputs, "logits", "an output of shape (batch, sequence, vocabSize)");
  if (logits.shape.length !== 3) {
    const expected = "of shape (batch, sequence, vocabSize), as a language model's";
    throw new ModelShapeError({ source, tensor: "logits", expected, actual: shapeOf(logits) });
  }
  const past = inputs.filter((value): value is Value => value.isTensor && PAST.test(value.name));
  if (past.length === 0) need(inputs, "past_key_values.0.key", "an input of cached keys");
  for (const name of moreInputs) need(inputs, name, "an input");
  const known = [...IDS, ...moreInputs];
  const unknown = inputs.find((value) => !known.includes(value.name) && !PAST.test(value.name));
  if (unknown) {
    const expected = `one of ${known.join(", ")}, past_key_values.N.key, past_key_values.N.value`;
    throw new ModelShapeError({ source, tensor: `input ${unknown.name}`, expected, actual: "an input of unknown meaning" });
  }

  const vocabSize = logits.shape[2];
  return {
    idType: typeOf(source, ids, ["int64", "int32"]),
    hasAttentionMask: find(inputs, "attention_mask") !== undefined,
    hasPositionIds: find(inputs, "position_ids") !== undefined,
    cacheType: typeOf(source, past[0]!, ["float32", "float16"]),
    cache: past.map((value) =>
      cacheTensor(source, value, need(outputs, value.name.replace("past_key_values", "present"), "an output of the grown cache")),
    ),
    logitsType: typeOf(source, logits, ["float32", "float16"]),
    vocabSize: typeof vocabSize === "number" ? vocabSize : undefined,
  };
}

function cacheTensor(source: string, input: Value, output: Value): CacheTensor {
  const [, heads, , headSize] = input.shape;
  if (input.shape.length !== 4 || typeof heads !== "number" || typeof headSize !== "number") {
    throw new ModelShapeError({
      source,
      tensor: input.name,
      expected: "of shape (batch, heads, past, headSize) with heads and headSize fixed",
      actual: shapeOf(input),
    });
  }
  return { input: input.name, output: output.name, heads, headSize };
}

function typeOf<Type extends string>(source: string, value: Value, types: readonly Type[]): Type {
  const type = types.find((each) => each === value.type);
  if (!type) throw new ModelShapeError({ source, tensor: value.name, expected: types.join(" or "), actual: value.type });
  return type;
}

function shapeOf(value: Value): string {
  return `(${value.shape.join(", ")})`;
}
