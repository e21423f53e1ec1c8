import { PbfReader } from "pbf";
import { eachField, endOfMessage, readEntry } from "../graph-outline.ts";

// Field numbers of onnx.proto (IR version 13).
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, opType: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, integer: 3, tensor: 5 } as const;
const TENSOR = { dims: 1, dataType: 2, floatData: 4, integerData: 5, name: 8, rawData: 9, externalData: 13 } as const;
const VALUE_NAME = 1;

/** Numbers of onnx.proto's TensorProto.DataType. */
export const FLOAT32 = 1;
export const UINT8 = 2;
export const INT8 = 3;
export const FLOAT16 = 10;
/** Arrays of the types whose values are read. */
const ARRAYS: Readonly<Record<number, typeof Float32Array | typeof Uint8Array | typeof Int8Array>> = {
  [FLOAT32]: Float32Array,
  [UINT8]: Uint8Array,
  [INT8]: Int8Array,
};

/** A node of a graph. */
export interface GraphNode {
  /** Name of the operator, with its domain if it has one. */
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly integers: Readonly<Record<string, number>>;
}

/** A weight or constant of a graph. */
export interface GraphTensor {
  readonly dims: readonly number[];
  /** Number of onnx.proto's TensorProto.DataType. */
  readonly dataType: number;
  /** The entries of its external data, if it has some: "location", "offset", "length". */
  readonly external: Readonly<Record<string, string>>;
  /** The values of a tensor of float32, uint8 or int8 that lies in the graph; empty for any other. */
  readonly values: readonly number[];
}

/** The parts of a small graph. Subgraphs are not read. */
export interface GraphParts {
  readonly nodes: readonly GraphNode[];
  readonly tensors: ReadonlyMap<string, GraphTensor>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Reads an encoded ModelProto. */
export function readGraphParts(outline: Uint8Array): GraphParts {
  const parts = { nodes: [] as GraphNode[], tensors: new Map<string, GraphTensor>(), inputs: [] as string[], outputs: [] as string[] };
  const reader = new PbfReader(outline);
  eachField(reader, reader.length, (model) => {
    if (model !== MODEL_GRAPH) return;
    eachField(reader, endOfMessage(reader), (field) => {
      if (field === GRAPH.node) parts.nodes.push(readNode(reader, parts.tensors));
      else if (field === GRAPH.initializer) readTensor(reader, (name, tensor) => parts.tensors.set(name, tensor));
      else if (field === GRAPH.input) parts.inputs.push(readName(reader));
      else if (field === GRAPH.output) parts.outputs.push(readName(reader));
    });
  });
  return parts;
}

/** Reads a node; the value of a Constant becomes one of `tensors`. */
function readNode(reader: PbfReader, tensors: Map<string, GraphTensor>): GraphNode {
  let op = "";
  let domain = "";
  const inputs: string[] = [];
  const outputs: string[] = [];
  const integers: Record<string, number> = {};
  let value: GraphTensor | undefined;
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === NODE.input) inputs.push(reader.readString());
    else if (field === NODE.output) outputs.push(reader.readString());
    else if (field === NODE.opType) op = reader.readString();
    else if (field === NODE.domain) domain = reader.readString();
    else if (field === NODE.attribute) {
      let name = "";
      eachField(reader, endOfMessage(reader), (part) => {
        if (part === ATTRIBUTE.name) name = reader.readString();
        else if (part === ATTRIBUTE.integer) integers[name] = reader.readVarint(true);
        else if (part === ATTRIBUTE.tensor) readTensor(reader, (_, tensor) => (value = tensor));
      });
    }
  });
  if (op === "Constant" && value) tensors.set(outputs[0]!, value);
  return { op: domain === "" || domain === "ai.onnx" ? op : `${domain}.${op}`, inputs, outputs, integers };
}

function readTensor(reader: PbfReader, found: (name: string, tensor: GraphTensor) => void): void {
  let name = "";
  let dataType = 0;
  const dims: number[] = [];
  const values: number[] = [];
  const external: Record<string, string> = {};
  let raw: Uint8Array = new Uint8Array();
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === TENSOR.dims) reader.readPackedVarint(dims);
    else if (field === TENSOR.dataType) dataType = reader.readVarint();
    else if (field === TENSOR.floatData) reader.readPackedFloat(values);
    else if (field === TENSOR.integerData) reader.readPackedVarint(values, true);
    else if (field === TENSOR.name) name = reader.readString();
    else if (field === TENSOR.rawData) raw = reader.readBytes();
    else if (field === TENSOR.externalData) {
      const [key, value] = readEntry(reader);
      external[key] = value;
    }
  });
  const Values = ARRAYS[dataType];
  if (Values) values.push(...new Values(raw.slice().buffer));
  found(name, { dims, dataType, external, values });
}

function readName(reader: PbfReader): string {
  let name = "";
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === VALUE_NAME) name = reader.readString();
  });
  return name;
}
