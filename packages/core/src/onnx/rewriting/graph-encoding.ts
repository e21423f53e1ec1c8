import type { PbfWriter } from "pbf";

/** A node to be added to a graph. */
export interface NewNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** @defaultValue that of ONNX */
  readonly domain?: string;
  /** Integers, and lists of integers, by the name of the attribute. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** An input to be added to a graph. */
export interface NewInput {
  readonly name: string;
  readonly type: "int32" | "int64" | "bool" | "float32" | "float16";
  /** Sizes of its dimensions; undefined for one that differs from pass to pass. */
  readonly dims: readonly (number | undefined)[];
}

/** A weight of shape (1,), or a list of integers. */
export type Constant =
  | { readonly type: "int64"; readonly value: bigint | readonly number[] }
  | { readonly type: "float32"; readonly value: number }
  | { readonly type: "uint8"; readonly value: number };

// Numbers of onnx.proto (IR version 13).
const NODE = { input: 1, output: 2, opType: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, int: 3, ints: 8, type: 20 } as const;
const ATTRIBUTE_TYPES = { int: 2, ints: 7 } as const;
const TENSOR = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const VALUE = { name: 1, type: 2 } as const;
/** Types of elements. */
export const ELEMENTS = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
/** Values of the attribute `to` of Cast. */
export const [CAST_TO_FLOAT32, CAST_TO_UINT8] = [ELEMENTS.float32, ELEMENTS.uint8];

/** Writes a NodeProto. */
export function writeNode({ op, inputs, outputs, domain, attributes = {} }: NewNode, writer: PbfWriter): void {
  for (const input of inputs) writer.writeStringField(NODE.input, input);
  for (const output of outputs) writer.writeStringField(NODE.output, output);
  writer.writeStringField(NODE.opType, op);
  if (domain !== undefined) writer.writeStringField(NODE.domain, domain);
  for (const attribute of Object.entries(attributes)) writer.writeMessage(NODE.attribute, writeAttribute, attribute);
}

function writeAttribute([name, value]: [string, number | readonly number[]], writer: PbfWriter): void {
  writer.writeStringField(ATTRIBUTE.name, name);
  if (typeof value === "number") writer.writeVarintField(ATTRIBUTE.int, value);
  else for (const each of value) writer.writeVarintField(ATTRIBUTE.ints, each);
  writer.writeVarintField(ATTRIBUTE.type, typeof value === "number" ? ATTRIBUTE_TYPES.int : ATTRIBUTE_TYPES.ints);
}

/** Writes a TensorProto. */
export function writeConstant([name, constant]: [string, Constant], writer: PbfWriter): void {
  const { value } = constant;
  writer.writePackedVarint(TENSOR.dims, [typeof value === "object" ? value.length : 1]);
  writer.writeVarintField(TENSOR.dataType, ELEMENTS[constant.type]);
  writer.writeStringField(TENSOR.name, name);
  writer.writeBytesField(TENSOR.rawData, bytesOf(constant));
}

function bytesOf(constant: Constant): Uint8Array {
  if (constant.type === "int64") {
    const values = typeof constant.value === "bigint" ? [constant.value] : constant.value.map(BigInt);
    return new Uint8Array(BigInt64Array.from(values).buffer);
  }
  if (constant.type === "float32") return new Uint8Array(Float32Array.of(constant.value).buffer);
  return Uint8Array.of(constant.value);
}

/** Writes the ValueInfoProto of an output of any shape. */
export function writeOutput({ name, type }: { readonly name: string; readonly type: number }, writer: PbfWriter): void {
  writer.writeStringField(VALUE.name, name);
  const tensor = (_: undefined, each: PbfWriter): void => each.writeVarintField(1, type);
  writer.writeMessage(VALUE.type, (_, each: PbfWriter) => each.writeMessage(1, tensor, undefined), undefined);
}

/** Writes the ValueInfoProto of an input: name, type { tensor_type { elem_type, shape { dim { dim_value } } } }. */
export function writeInput({ name, type, dims }: NewInput, writer: PbfWriter): void {
  writer.writeStringField(VALUE.name, name);
  const dim = (size: number | undefined, each: PbfWriter): void => {
    if (size !== undefined) each.writeVarintField(1, size);
  };
  const shape = (_: undefined, each: PbfWriter): void => {
    for (const size of dims) each.writeMessage(1, dim, size);
  };
  const tensor = (_: undefined, each: PbfWriter): void => {
    each.writeVarintField(1, ELEMENTS[type]);
    each.writeMessage(2, shape, undefined);
  };
  writer.writeMessage(VALUE.type, (_, each: PbfWriter) => each.writeMessage(1, tensor, undefined), undefined);
}
