import { PbfReader } from "pbf";
import { eachField as eachFieldOf, endOfMessage } from "../graph-outline.ts";
import { declaredTensor, shapeOfValue } from "./declared-shapes.ts";
import { eachMessage, textIn } from "./messages.ts";
import type { Size } from "./sizes.ts";
import { readSmallTensor, tensorOfConstant } from "./small-tensors.ts";

// Field numbers of onnx.proto (IR version 13).
export const MODEL = { graph: 7, opsetImport: 8 } as const;
export const OPSET = { domain: 1, version: 2 } as const;
export const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
export const NODE = { input: 1, output: 2, opType: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, integer: 3, graph: 6, integers: 8, graphs: 11 } as const;
const TENSOR_NAME = 8;
export const VALUE = { name: 1, type: 2 } as const;

/** A node of a graph. */
export interface GraphNode {
  readonly op: string;
  /** "" stands for an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whether an attribute is a graph, which may read values by their names. */
  readonly hasGraph: boolean;
  /** The encoded NodeProto. */
  readonly bytes: Uint8Array;
}

/** An encoded message that a rewriting added to a graph, or to the model that holds it. */
export interface AddedMessage {
  readonly to: "graph" | "model";
  /** Its field number. */
  readonly field: number;
  readonly bytes: Uint8Array;
}

/** The parts of an encoded ModelProto that rewriting reads. */
export interface EditableGraph {
  /** The encoded ModelProto that was read. */
  readonly file: Uint8Array;
  /** What rewritings added to it, apart from nodes. */
  readonly added: readonly AddedMessage[];
  /** Version of the operators without a domain. */
  readonly opset: number;
  readonly nodes: readonly GraphNode[];
  /** Names of weights. */
  readonly weights: ReadonlySet<string>;
  /** Names of small weights and constants that are zero. */
  readonly zeros: ReadonlySet<string>;
  /** Names of weights and constants of one element. */
  readonly scalars: ReadonlySet<string>;
  /** Values of small weights and constants that are 64-bit integers, by their names. */
  readonly integers: ReadonlyMap<string, readonly number[]>;
  readonly inputs: readonly string[];
  /** Shapes of inputs and weights; inputs have names for sizes that differ from pass to pass, equal ones for equal sizes. */
  readonly shapes: ReadonlyMap<string, readonly Size[]>;
  /** Types of the elements of weights, as onnx.proto numbers them. */
  readonly types: ReadonlyMap<string, number>;
  /** Domains of the operators that the graph may have. */
  readonly domains: ReadonlySet<string>;
  /** Names of the graph's outputs. */
  readonly outputs: readonly string[];
  /** New names of outputs by those in `file`. */
  readonly renamedOutputs: ReadonlyMap<string, string>;
}

/** Reads an encoded ModelProto. Subgraphs are not read. */
export function readEditableGraph(file: Uint8Array): EditableGraph {
  const nodes: GraphNode[] = [];
  const values = valuesOf();
  const domains = new Set<string>();
  const inputs: string[] = [];
  const outputs: string[] = [];
  let opset = 0;
  eachMessage(file, (field, message) => {
    if (field === MODEL.opsetImport) {
      const imported = readOpset(message);
      domains.add(imported.domain);
      if (imported.domain === "") opset = Math.max(opset, imported.version);
    }
    if (field !== MODEL.graph) return;
    eachMessage(message, (part, bytes) => {
      if (part === GRAPH.node) {
        const node = readNode(bytes);
        nodes.push(node);
        if (node.op === "Constant") addSmallTensor(values, node.outputs[0]!, tensorOfConstant(bytes));
      } else if (part === GRAPH.initializer) addWeight(values, bytes);
      else if (part === GRAPH.input) inputs.push(addInput(values, bytes));
      else if (part === GRAPH.output) outputs.push(textIn(bytes, VALUE.name));
    });
  });
  // Old exporters list weights among the inputs.
  return {
    file,
    added: [],
    opset,
    nodes,
    ...values,
    domains,
    inputs: inputs.filter((input) => !values.weights.has(input)),
    outputs,
    renamedOutputs: new Map(),
  };
}

/** What a graph says of its values. */
export interface Values {
  readonly weights: Set<string>;
  readonly zeros: Set<string>;
  readonly scalars: Set<string>;
  readonly integers: Map<string, readonly number[]>;
  readonly shapes: Map<string, readonly Size[]>;
  readonly types: Map<string, number>;
}

/** Returns a copy of what a graph says of its values; of none without a graph. */
export function valuesOf(graph?: EditableGraph): Values {
  return {
    weights: new Set(graph?.weights),
    zeros: new Set(graph?.zeros),
    scalars: new Set(graph?.scalars),
    integers: new Map(graph?.integers),
    shapes: new Map(graph?.shapes),
    types: new Map(graph?.types),
  };
}

/** Adds what an encoded TensorProto says. */
export function addWeight(values: Values, bytes: Uint8Array): void {
  const name = textIn(bytes, TENSOR_NAME);
  values.weights.add(name);
  const { shape, type } = declaredTensor(bytes);
  values.shapes.set(name, shape);
  values.types.set(name, type);
  addSmallTensor(values, name, bytes);
}

function addSmallTensor({ zeros, scalars, integers }: Values, name: string, bytes: Uint8Array): void {
  const tensor = readSmallTensor(bytes);
  if (tensor?.isZero) zeros.add(name);
  if (tensor?.count === 1) scalars.add(name);
  if (tensor?.integers) integers.set(name, tensor.integers);
}

/** Adds what the encoded ValueInfoProto of an input says. Returns its name. */
export function addInput({ weights, shapes }: Values, bytes: Uint8Array): string {
  const name = textIn(bytes, VALUE.name);
  if (!weights.has(name)) shapes.set(name, shapeOfValue(name, bytes));
  return name;
}

/** Returns the attribute of a node that is an integer; undefined if it has none of that name. */
export function integerAttribute(node: GraphNode, name: string): number | undefined {
  let found: number | undefined;
  eachMessage(node.bytes, (field, attribute) => {
    if (field === NODE.attribute && textIn(attribute, ATTRIBUTE.name) === name) found = integerIn(attribute);
  });
  return found;
}

/** Returns the attribute of a node that is a list of integers; undefined if it has none of that name. */
export function integersAttribute(node: GraphNode, name: string): readonly number[] | undefined {
  let found: readonly number[] | undefined;
  eachMessage(node.bytes, (field, attribute) => {
    if (field !== NODE.attribute || textIn(attribute, ATTRIBUTE.name) !== name) return;
    const reader = new PbfReader(attribute);
    const integers: number[] = [];
    eachFieldOf(reader, reader.length, (part) => {
      if (part === ATTRIBUTE.integers) reader.readPackedVarint(integers, true);
    });
    found = integers;
  });
  return found;
}

function integerIn(attribute: Uint8Array): number | undefined {
  const reader = new PbfReader(attribute);
  while (reader.pos < reader.length) {
    const tag = reader.readVarint();
    if (tag >> 3 === ATTRIBUTE.integer) return reader.readVarint(true);
    reader.skip(tag);
  }
  return undefined;
}

/** Reads an encoded NodeProto. */
export function readNode(bytes: Uint8Array): GraphNode {
  const reader = new PbfReader(bytes);
  let op = "";
  const inputs: string[] = [];
  const outputs: string[] = [];
  let hasGraph = false;
  const readAttribute = (): void =>
    eachFieldOf(reader, endOfMessage(reader), (field) => {
      hasGraph ||= field === ATTRIBUTE.graph || field === ATTRIBUTE.graphs;
    });
  // An input that is left out has an empty name, which keeps the places of those after it.
  eachFieldOf(reader, reader.length, (field) => {
    if (field === NODE.input) inputs.push(reader.readString());
    else if (field === NODE.output) outputs.push(reader.readString());
    else if (field === NODE.opType) op = reader.readString();
    else if (field === NODE.attribute) readAttribute();
  });
  return { op, inputs, outputs, hasGraph, bytes };
}

function readOpset(bytes: Uint8Array): { readonly domain: string; readonly version: number } {
  const reader = new PbfReader(bytes);
  let domain = "";
  let version = 0;
  eachFieldOf(reader, reader.length, (field) => {
    if (field === OPSET.domain) domain = reader.readString();
    else if (field === OPSET.version) version = reader.readVarint(true);
  });
  return { domain: domain === "ai.onnx" ? "" : domain, version };
}
