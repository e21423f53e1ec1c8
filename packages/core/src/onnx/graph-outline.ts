import { PbfReader } from "pbf";

// Field numbers of onnx.proto (IR version 13).
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const;
const NODE = { input: 1, output: 2, opType: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, integer: 3, tensor: 5, graph: 6, tensors: 10, graphs: 11 } as const;
const TENSOR = { dims: 1, dataType: 2, name: 8, externalData: 13 } as const;
const SPARSE = { values: 1, indices: 2 } as const;
const VALUE = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1, elementType: 1 } as const;
const ENTRY = { key: 1, value: 2 } as const;
/** A value of TensorProto.DataType. */
const FLOAT16 = 10;

/** The facts that a graph without its weights tells about them. */
export interface WeightFacts {
  /** Names of the graph's inputs. */
  readonly inputs: readonly string[];
  /** Total number of elements of all initializers; those of 2, 4 or 8 packed bits count as the elements that they stand for. */
  readonly parameters: number;
  /** Names of the files that hold weights, and the minimum number of bytes of each, including weights of constants and subgraphs. */
  readonly files: ReadonlyMap<string, number>;
  /**
   * Whether the graph computes in float16: an input, an output, or a weight or constant that is not only converted to another type is. The
   * runtime converts weights itself, before the first pass.
   */
  readonly usesFloat16: boolean;
}

/** Reads an encoded ModelProto. @throws Error if it is not one. */
export function readWeightFacts(outline: Uint8Array): WeightFacts {
  const reader = new PbfReader(outline);
  const found: Found = {
    inputs: [],
    elements: [],
    packed: new Map(),
    files: new Map(),
    usesFloat16: false,
    halves: new Set(),
    converted: new Set(),
    read: new Set(),
  };
  eachField(reader, reader.length, (field) => {
    if (field === MODEL_GRAPH) readGraph(reader, found, found.inputs);
  });
  let parameters = 0;
  for (const [name, elements] of found.elements) parameters += found.packed.get(name) ?? elements;
  const { inputs, files, halves, converted, read } = found;
  const usesFloat16 = found.usesFloat16 || [...halves].some((name) => read.has(name) || !converted.has(name));
  return { inputs, parameters, files, usesFloat16 };
}

interface Found {
  readonly inputs: string[];
  /** Stored elements. */
  readonly elements: (readonly [initializer: string, count: number])[];
  /** Elements that initializers of packed bits stand for; 0 for their scales and zero points. */
  readonly packed: Map<string, number>;
  readonly files: Map<string, number>;
  /** Whether an input, an output or a sparse weight is float16. */
  usesFloat16: boolean;
  /** Names of weights and constants of float16. */
  readonly halves: Set<string>;
  /** Names of values that are converted, and of those that anything else reads. */
  readonly converted: Set<string>;
  readonly read: Set<string>;
}

/** Reads a graph; the names of its inputs are added to `inputs`, if given. */
function readGraph(reader: PbfReader, found: Found, inputs?: string[]): void {
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === GRAPH.node) readNode(reader, found);
    else if (field === GRAPH.initializer) {
      const { name, elements, isHalf } = readTensor(reader, found);
      found.elements.push([name, elements]);
      if (isHalf) found.halves.add(name);
    } else if (field === GRAPH.input || field === GRAPH.output) {
      const { name, type } = readValue(reader);
      if (field === GRAPH.input) inputs?.push(name);
      found.usesFloat16 ||= type === FLOAT16;
    } else if (field === GRAPH.sparseInitializer) {
      eachField(reader, endOfMessage(reader), (part) => {
        if (part === SPARSE.values || part === SPARSE.indices) found.usesFloat16 = readTensor(reader, found).isHalf || found.usesFloat16;
      });
    }
  });
}

function readNode(reader: PbfReader, found: Found): void {
  let op = "";
  const inputs: string[] = [];
  const outputs: string[] = [];
  const integers: Record<string, number> = {};
  let holdsHalf = false;
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === NODE.input) inputs.push(reader.readString());
    else if (field === NODE.output) outputs.push(reader.readString());
    else if (field === NODE.opType) op = reader.readString();
    else if (field === NODE.attribute) holdsHalf = readAttribute(reader, integers, found) || holdsHalf;
  });
  if (holdsHalf) found.halves.add(outputs[0] ?? "");
  const readers = op === "Cast" ? found.converted : found.read;
  for (const input of inputs) readers.add(input);
  const [, weights, ...scales] = inputs;
  if (op !== "MatMulNBits" || weights === undefined) return;
  found.packed.set(weights, integers.K! * integers.N!);
  for (const name of scales) found.packed.set(name, 0);
}

/** Reads the weights of constants and subgraphs. Returns whether the attribute is a tensor of float16. */
function readAttribute(reader: PbfReader, integers: Record<string, number>, found: Found): boolean {
  let name = "";
  let isHalf = false;
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === ATTRIBUTE.name) name = reader.readString();
    else if (field === ATTRIBUTE.integer) integers[name] = reader.readVarint(true);
    else if (field === ATTRIBUTE.tensor || field === ATTRIBUTE.tensors) isHalf = readTensor(reader, found).isHalf || isHalf;
    else if (field === ATTRIBUTE.graph || field === ATTRIBUTE.graphs) readGraph(reader, found);
  });
  return isHalf;
}

interface TensorFacts {
  readonly name: string;
  readonly elements: number;
  /** Whether it is of float16. */
  readonly isHalf: boolean;
}

function readTensor(reader: PbfReader, found: Found): TensorFacts {
  let name = "";
  let isHalf = false;
  let elements = 1;
  const external: Record<string, string> = {};
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === TENSOR.dims) {
      const dims: number[] = [];
      reader.readPackedVarint(dims);
      for (const dim of dims) elements *= dim;
    } else if (field === TENSOR.dataType) isHalf = reader.readVarint() === FLOAT16;
    else if (field === TENSOR.name) name = reader.readString();
    else if (field === TENSOR.externalData) {
      const [key, value] = readEntry(reader);
      external[key] = value;
    }
  });
  const { location, offset = "0", length = "0" } = external;
  const { files } = found;
  if (location !== undefined) files.set(location, Math.max(files.get(location) ?? 0, Number(offset) + Number(length)));
  return { name, elements, isHalf };
}

/** Reads a ValueInfoProto; the element type is undefined for a value that is not a tensor. */
function readValue(reader: PbfReader): { readonly name: string; readonly type: number | undefined } {
  let name = "";
  let type: number | undefined;
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === VALUE.name) name = reader.readString();
    if (field !== VALUE.type) return;
    eachField(reader, endOfMessage(reader), (kind) => {
      if (kind !== TYPE.tensor) return;
      eachField(reader, endOfMessage(reader), (part) => {
        if (part === TYPE.elementType) type = reader.readVarint();
      });
    });
  });
  return { name, type };
}

export function readEntry(reader: PbfReader): [key: string, value: string] {
  let key = "";
  let value = "";
  eachField(reader, endOfMessage(reader), (field) => {
    if (field === ENTRY.key) key = reader.readString();
    if (field === ENTRY.value) value = reader.readString();
  });
  return [key, value];
}

/** Reads the length before a message; returns the position of the message's end. */
export function endOfMessage(reader: PbfReader): number {
  const length = reader.readVarint();
  return reader.pos + length;
}

/** Calls `visit` for each field up to `end`, and skips fields that it does not read. */
export function eachField(reader: PbfReader, end: number, visit: (field: number) => void): void {
  if (end > reader.length) throw new RangeError(`a part ends at byte ${end} of ${reader.length}`);
  while (reader.pos < end) {
    const tag = reader.readVarint();
    const start = reader.pos;
    reader.type = tag & 7;
    visit(tag >> 3);
    if (reader.pos === start) reader.skip(tag);
  }
  if (reader.pos !== end) throw new RangeError(`a part must end at byte ${end} but ends at ${reader.pos}`);
}
