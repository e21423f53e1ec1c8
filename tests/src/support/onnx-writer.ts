import { PbfWriter } from "pbf";

/** Numbers of onnx.proto's TensorProto.DataType. */
const TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;
type ElementType = keyof typeof TYPES;

/** An input or output; a dimension given as a string is symbolic. */
export interface GraphValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

export interface GraphNode {
  readonly op: string;
  /** "com.microsoft" for an operator of ONNX Runtime's own. */
  readonly domain?: "com.microsoft";
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes that are integers or lists of them. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
  /** Attributes that are graphs, such as the branches of an If, or a weight, such as the value of a Constant. */
  readonly parts?: Readonly<Record<string, Graph | Weights>>;
}

export interface Weights {
  readonly name: string;
  readonly type: "float32" | "float16" | "int64" | "int8" | "uint8";
  readonly dims: readonly number[];
  /** Those of float16 are given as their bits. */
  readonly values: readonly number[];
  /** Where the bytes are in a file beside the graph, if they are not in the graph file. */
  readonly external?: { readonly location: string; readonly offset: number };
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly weights: readonly Weights[];
}

/** Encodes an ONNX file (IR version 8). The numbers are field numbers of onnx.proto. */
export function onnxFile(graph: Graph, opset = 14): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 8);
  writer.writeMessage(7, writeGraph, graph);
  writer.writeMessage(8, (version, each) => each.writeVarintField(2, version), opset);
  const runtimes = (domain: string, each: PbfWriter): void => {
    each.writeStringField(1, domain);
    each.writeVarintField(2, 1);
  };
  writer.writeMessage(8, runtimes, "com.microsoft");
  return writer.finish();
}

/** Returns the little-endian bytes of weights, as raw_data and external files hold them. */
export function bytesOf({ type, values }: Weights): Uint8Array {
  return new Uint8Array(arrayOf(type, values).buffer);
}

function arrayOf(type: Weights["type"], values: readonly number[]): Float32Array | Uint16Array | BigInt64Array | Int8Array | Uint8Array {
  if (type === "float32") return Float32Array.from(values);
  if (type === "float16") return Uint16Array.from(values);
  if (type === "int64") return BigInt64Array.from(values, BigInt);
  return type === "int8" ? Int8Array.from(values) : Uint8Array.from(values);
}

function writeGraph({ nodes, inputs, outputs, weights }: Graph, writer: PbfWriter): void {
  for (const node of nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, "graph");
  for (const each of weights) writer.writeMessage(5, writeWeights, each);
  for (const input of inputs) writer.writeMessage(11, writeValue, input);
  for (const output of outputs) writer.writeMessage(12, writeValue, output);
}

function writeNode({ op, domain, inputs, outputs, attributes = {}, parts = {} }: GraphNode, writer: PbfWriter): void {
  for (const input of inputs) writer.writeStringField(1, input);
  for (const output of outputs) writer.writeStringField(2, output);
  writer.writeStringField(4, op);
  if (domain) writer.writeStringField(7, domain);
  for (const attribute of Object.entries(attributes)) writer.writeMessage(5, writeAttribute, attribute);
  for (const part of Object.entries(parts)) writer.writeMessage(5, writePart, part);
}

function writePart([name, part]: [string, Graph | Weights], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if ("nodes" in part) writer.writeMessage(6, writeGraph, part);
  else writer.writeMessage(5, writeWeights, part);
  writer.writeVarintField(20, "nodes" in part ? 5 : 4);
}

function writeAttribute([name, value]: [string, number | readonly number[]], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if (typeof value === "number") writer.writeVarintField(3, value);
  else for (const each of value) writer.writeVarintField(8, each);
  writer.writeVarintField(20, typeof value === "number" ? 2 : 7);
}

function writeWeights(weights: Weights, writer: PbfWriter): void {
  const { name, type, dims, external } = weights;
  for (const dim of dims) writer.writeVarintField(1, dim);
  writer.writeVarintField(2, TYPES[type]);
  writer.writeStringField(8, name);
  if (!external) {
    writer.writeBytesField(9, bytesOf(weights));
    return;
  }
  const entries = { location: external.location, offset: String(external.offset), length: String(bytesOf(weights).length) };
  for (const entry of Object.entries(entries)) {
    writer.writeMessage(
      13,
      ([key, value], each: PbfWriter) => {
        each.writeStringField(1, key);
        each.writeStringField(2, value);
      },
      entry,
    );
  }
  writer.writeVarintField(14, 1);
}

function writeValue({ name, type, shape }: GraphValue, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  const writeDim = (dim: number | string, each: PbfWriter): void =>
    typeof dim === "number" ? each.writeVarintField(1, dim) : each.writeStringField(2, dim);
  const writeShape = (dims: typeof shape, each: PbfWriter): void => dims.forEach((dim) => each.writeMessage(1, writeDim, dim));
  const writeTensor = (_: null, each: PbfWriter): void => {
    each.writeVarintField(1, TYPES[type]);
    each.writeMessage(2, writeShape, shape);
  };
  writer.writeMessage(2, (_: null, each: PbfWriter) => each.writeMessage(1, writeTensor, null), null);
}
