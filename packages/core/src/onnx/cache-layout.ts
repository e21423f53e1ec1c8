import type { InferenceSession } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import { ModelShapeError } from "../errors.ts";

/** Element types of a cache, with the arrays that hold them. float16 values are kept as their bits. */
const ARRAYS = { float32: Float32Array, float16: Uint16Array, int8: Int8Array, uint8: Uint8Array } as const;
export type CacheType = keyof typeof ARRAYS;
export const BYTES_PER_ELEMENT: Readonly<Record<CacheType, number>> = { float32: 4, float16: 2, int8: 1, uint8: 1 };

/** One tensor of the state that a graph takes from pass to pass: the input that it feeds, and the output with its successor. */
export interface CacheTensor {
  readonly input: string;
  readonly output: string;
  readonly type: CacheType;
  /** Shape before the first pass: the batch is 1, and the number of positions 0, or all of those of a buffer. */
  readonly dims: readonly number[];
  /** Index in `dims` of the positions, which each pass extends. Undefined for a fixed state, which each pass replaces. */
  readonly axis: number | undefined;
  /** Whether the output holds the positions of the pass's own tokens only, which follow those of the input. @defaultValue false */
  readonly returnsNew?: boolean;
  /** Number of positions of a buffer that each pass writes into. Undefined for any other state. */
  readonly capacity?: number | undefined;
}

/** All tensors of a state, and the runtime that holds them. */
export interface CacheLayout {
  readonly ort: typeof Ort;
  readonly tensors: readonly CacheTensor[];
}

/** Sizes that a graph may leave open, from the model's configuration. */
export interface CacheSizes {
  readonly heads: number | undefined;
  readonly headSize: number | undefined;
}

type Value = InferenceSession.TensorValueMetadata;
type Values = readonly InferenceSession.ValueMetadata[];

/** Names of inputs that hold keys or values in a buffer of fixed size: "key_cache.0". */
const BUFFER = /^(key|value)_cache\b/;
/** Names of inputs that hold the state: "past_key_values.0.key", "past_0", "past_conv.3", and those of buffers. */
export const PAST = new RegExp(`^past|${BUFFER.source}`);

/** Beginning of the names of outputs with the new positions only, which `withNewPositions` puts in place of those with all. */
export const NEW_POSITIONS = "decodekit.new/";

/** What the name of an input becomes in that of its output; the first that exists counts. */
const SUCCESSORS: readonly (readonly [from: RegExp, to: string])[] = [
  [/^past_key_values/, "present"],
  [/^past_key_values/, "present_key_values"],
  [/^past/, "present"],
  [BUFFER, "updated_$&"],
  [/^past_[a-z_]+(?=\.)/, "present"],
];

/**
 * Recognises a state from the names and shapes of its tensors: keys and values (batch, heads, positions, headSize), both in one tensor
 * (2, batch, heads, positions, headSize) or (batch, positions, size), buffers of a fixed number of positions, and fixed states such as
 * those of convolutions.
 * @throws ModelShapeError for a tensor that is none of these.
 */
export function readCacheLayout(source: string, inputs: Values, outputs: Values, sizes: CacheSizes): readonly CacheTensor[] {
  const tensors = inputs.filter(isTensor).flatMap((input) => (PAST.test(input.name) ? [cacheTensor(source, input, outputs, sizes)] : []));
  const other = tensors.find(({ capacity }) => capacity === undefined);
  if (other && tensors.some(({ capacity }) => capacity !== undefined)) {
    const actual = "another state beside them, which is not supported: export the model with a growing cache";
    throw new ModelShapeError({ source, tensor: other.input, expected: "absent, since key_cache.N are buffers", actual });
  }
  return tensors;
}

export function emptyArray(type: CacheType, length: number): InstanceType<(typeof ARRAYS)[CacheType]> {
  return new ARRAYS[type](length);
}

/** Returns the first `length` elements of `buffer`. */
export function arrayOf(type: CacheType, buffer: ArrayBuffer, length: number): InstanceType<(typeof ARRAYS)[CacheType]> {
  return new ARRAYS[type](buffer, 0, length);
}

function cacheTensor(source: string, input: Value, outputs: Values, sizes: CacheSizes): CacheTensor {
  const names = SUCCESSORS.filter(([from]) => from.test(input.name)).map(([from, to]) => input.name.replace(from, to));
  const output = outputs
    .filter(isTensor)
    .find(({ name }) => names.includes(name) || names.some((each) => name === `${NEW_POSITIONS}${each}`));
  if (!output) {
    const actual = `none (the graph has ${outputs.map(({ name }) => name).join(", ")})`;
    throw new ModelShapeError({ source, tensor: names[0]!, expected: "an output of the grown cache", actual });
  }
  const type = (Object.keys(ARRAYS) as CacheType[]).find((each) => each === input.type);
  if (!type) throw new ModelShapeError({ source, tensor: input.name, expected: Object.keys(ARRAYS).join(" or "), actual: input.type });
  if (output.type !== type)
    throw new ModelShapeError({ source, tensor: output.name, expected: `${type}, as ${input.name}`, actual: output.type });
  const { batch, axis } = axesOf(input.shape);
  const capacity = BUFFER.test(input.name) ? capacityOf(source, input) : undefined;
  refuseWindow(source, input, axis);
  if (axis === undefined && !isSameState(input, output, batch)) {
    throw new ModelShapeError({
      source,
      tensor: output.name,
      expected: `of shape ${shapeOf(input)}, as ${input.name}`,
      actual: shapeOf(output),
    });
  }
  const dims = input.shape.map((dim, index) => {
    if (index === batch) return 1;
    if (index === axis) return 0;
    const size = typeof dim === "number" ? dim : sizeOf(index, input.shape.length, axis, sizes);
    if (size !== undefined && size > 0) return size;
    const expected = "of a shape with one open number of positions; config.json tells neither num_key_value_heads nor head_dim";
    throw new ModelShapeError({ source, tensor: input.name, expected, actual: shapeOf(input) });
  });
  return {
    input: input.name,
    output: output.name,
    type,
    dims,
    axis,
    ...(output.name.startsWith(NEW_POSITIONS) && { returnsNew: true }),
    ...(capacity !== undefined && { capacity }),
  };
}

/** Returns the positions of a buffer (batch, positions, size) or (batch, heads, positions, headSize). */
function capacityOf(source: string, input: Value): number {
  const positions = input.shape.at(-2);
  if (input.shape.length >= 3 && typeof positions === "number" && positions > 0) return positions;
  const expected = "of a shape with a fixed number of positions before the last dimension, since passes write into it";
  throw new ModelShapeError({ source, tensor: input.name, expected, actual: shapeOf(input) });
}

/** @throws ModelShapeError for keys and values of a window, which have as many positions in every pass. */
function refuseWindow(source: string, { name, shape }: Value, axis: number | undefined): void {
  if (axis === undefined || !/slid|window/i.test(String(shape[axis]))) return;
  const actual = "a cache of a sliding window, which cannot be rewound: export the model again with windowed_kv_cache=false";
  throw new ModelShapeError({ source, tensor: `input ${name}`, expected: "a cache of all positions", actual });
}

/** Returns the indices of the batch and of the positions. Both are open in the graph; names tell them apart, else their usual order. */
function axesOf(shape: Value["shape"]): { readonly batch: number | undefined; readonly axis: number | undefined } {
  const open = shape.flatMap((dim, index) => (typeof dim === "number" ? [] : [{ index, name: dim }]));
  const named = open.find(({ name }) => /batch/i.test(name));
  const batch = named ?? open.find(({ index }) => index === 0 && shape.length > 1) ?? (shape[0] === 1 ? { index: 0 } : undefined);
  const others = open.filter(({ index }) => index !== batch?.index);
  const axis =
    others.find(({ name }) => /past|seq|length|position|total|window/i.test(name)) ??
    (others.length === 1 ? others[0] : others.find(({ index }) => index === shape.length - 2));
  return { batch: batch?.index, axis: axis?.index };
}

/** Returns the size of an open dimension beside the positions: the heads before them, or the size of a head after them. */
function sizeOf(index: number, rank: number, axis: number | undefined, { heads, headSize }: CacheSizes): number | undefined {
  if (rank < 4 || axis === undefined) return undefined;
  if (index === rank - 1) return headSize;
  return index === axis - 1 ? heads : undefined;
}

function isSameState(input: Value, { shape }: Value, batch: number | undefined): boolean {
  const isOpen = (dim: number | string | undefined): boolean => typeof dim !== "number";
  if (shape.length !== input.shape.length) return false;
  return shape.every((dim, index) => {
    return dim === input.shape[index] || isOpen(dim) || isOpen(input.shape[index]) || (index === batch && dim === 1);
  });
}

function isTensor(value: InferenceSession.ValueMetadata): value is Value {
  return value.isTensor;
}

export function shapeOf(value: Value): string {
  return `(${value.shape.join(", ")})`;
}
