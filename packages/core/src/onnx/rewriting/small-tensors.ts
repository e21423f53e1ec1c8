import { PbfReader } from "pbf";
import { eachField } from "../graph-outline.ts";
import { ELEMENTS } from "./graph-encoding.ts";
import { eachMessage } from "./messages.ts";

// Field numbers of onnx.proto (IR version 13).
const NODE_ATTRIBUTE = 5;
const ATTRIBUTE_TENSOR = 5;
const TENSOR = { dims: 1, dataType: 2, floats: 4, integers: 5, longs: 7, rawData: 9, externalData: 13 } as const;
/** Most elements of a small tensor. */
const MAX_ELEMENTS = 8;

/** A tensor whose values are at hand. */
export interface SmallTensor {
  /** Number of its elements. */
  readonly count: number;
  /** Whether it is one zero. */
  readonly isZero: boolean;
  /** Its values, if they are 64-bit integers that a number can hold. */
  readonly integers: readonly number[] | undefined;
}

/** Reads an encoded TensorProto. Returns undefined if it has more than 8 elements, or if they are in another file. */
export function readSmallTensor(tensor: Uint8Array): SmallTensor | undefined {
  const reader = new PbfReader(tensor);
  const shape: number[] = [];
  let type = 0;
  let values: Uint8Array = new Uint8Array(0);
  const longs: number[] = [];
  let isHere = true;
  eachField(reader, reader.length, (field) => {
    if (field === TENSOR.dims) reader.readPackedVarint(shape);
    else if (field === TENSOR.dataType) type = reader.readVarint();
    else if (field === TENSOR.longs) reader.readPackedVarint(longs, true);
    else if (field === TENSOR.floats || field === TENSOR.integers || field === TENSOR.rawData) values = reader.readBytes();
    else if (field === TENSOR.externalData) isHere = false;
  });
  const count = shape.reduce((all, size) => all * size, 1);
  if (!isHere || count > MAX_ELEMENTS) return undefined;
  const raw = type === ELEMENTS.int64 ? longsIn(values) : [];
  const integers = type === ELEMENTS.int64 ? [...longs, ...raw] : undefined;
  const isZero = count === 1 && (integers ? integers[0] === 0 : values.length > 0 && values.every((byte) => byte === 0));
  return { count, isZero, integers: integers?.length === count ? integers : undefined };
}

function longsIn(raw: Uint8Array): readonly number[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: raw.byteLength / BigInt64Array.BYTES_PER_ELEMENT }, (_, index) => Number(view.getBigInt64(8 * index, true)));
}

/** Returns the encoded TensorProto of an encoded Constant; empty if its value is not a tensor. */
export function tensorOfConstant(node: Uint8Array): Uint8Array {
  let tensor: Uint8Array = new Uint8Array(0);
  eachMessage(node, (field, attribute) => {
    if (field !== NODE_ATTRIBUTE) return;
    eachMessage(attribute, (part, bytes) => {
      if (part === ATTRIBUTE_TENSOR) tensor = bytes;
    });
  });
  return tensor;
}
