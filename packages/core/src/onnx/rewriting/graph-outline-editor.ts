import { PbfReader, PbfWriter } from "pbf";
import { eachField as eachFieldOf, endOfMessage } from "../graph-outline.ts";
import { type Constant, type NewInput, type NewNode, writeConstant, writeInput, writeNode } from "./graph-encoding.ts";
import { eachField, eachMessage, text, textIn, writeRaw } from "./messages.ts";
import { readSmallTensor, tensorOfConstant } from "./small-tensors.ts";
import type { Size } from "./sizes.ts";
import { declaredTensor, shapeOfValue } from "./declared-shapes.ts";

// Field numbers of onnx.proto (IR version 13).
const MODEL = { graph: 7, opsetImport: 8 } as const;
const OPSET = { domain: 1, version: 2 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, opType: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, integer: 3, graph: 6, integers: 8, graphs: 11 } as const;
const TENSOR_NAME = 8;
const VALUE = { name: 1 } as const;
/** Length of an edited graph over that of the graph, at most as a rule. */
const ROOM = 1.25;

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

/** The parts of an encoded ModelProto that rewriting reads. */
export interface EditableGraph {
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
}

/** What a rewriting adds and replaces. */
export interface Edit {
  readonly inputs: readonly NewInput[];
  /** New weights of shape (1,). */
  readonly constants: Readonly<Record<string, Constant>>;
  /** New nodes by the node that they come before. */
  readonly before: ReadonlyMap<GraphNode, readonly NewNode[]>;
  /** New nodes by the node that they come after. */
  readonly after?: ReadonlyMap<GraphNode, readonly NewNode[]>;
  /** Nodes that are left out: those before them take their place. */
  readonly removed?: ReadonlySet<GraphNode>;
  /** Domains of operators that new nodes have. */
  readonly domains?: readonly string[];
  /** New names of inputs of existing nodes, by node and old name. */
  readonly renamed: ReadonlyMap<GraphNode, Readonly<Record<string, string>>>;
  /** New names of outputs of existing nodes, by node and old name. */
  readonly renamedOutputs?: ReadonlyMap<GraphNode, Readonly<Record<string, string>>>;
  /** All inputs of existing nodes, in order, where optional ones are added; "" is one that is left out. */
  readonly extended?: ReadonlyMap<GraphNode, readonly string[]>;
}

/** Reads an encoded ModelProto. Subgraphs are not read. */
export function readEditableGraph(outline: Uint8Array): EditableGraph {
  const nodes: GraphNode[] = [];
  const weights = new Set<string>();
  const zeros = new Set<string>();
  const scalars = new Set<string>();
  const integers = new Map<string, readonly number[]>();
  const addTensor = (name: string, bytes: Uint8Array): void => {
    const tensor = readSmallTensor(bytes);
    if (tensor?.isZero) zeros.add(name);
    if (tensor?.count === 1) scalars.add(name);
    if (tensor?.integers) integers.set(name, tensor.integers);
  };
  const types = new Map<string, number>();
  const domains = new Set<string>();
  const shapes = new Map<string, readonly Size[]>();
  const inputs: string[] = [];
  const outputs: string[] = [];
  let opset = 0;
  eachMessage(outline, (field, message) => {
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
        if (node.op === "Constant") addTensor(node.outputs[0]!, tensorOfConstant(bytes));
      } else if (part === GRAPH.initializer) {
        const name = textIn(bytes, TENSOR_NAME);
        weights.add(name);
        const { shape, type } = declaredTensor(bytes);
        shapes.set(name, shape);
        types.set(name, type);
        addTensor(name, bytes);
      } else if (part === GRAPH.input) {
        const name = textIn(bytes, VALUE.name);
        inputs.push(name);
        if (!weights.has(name)) shapes.set(name, shapeOfValue(name, bytes));
      } else if (part === GRAPH.output) outputs.push(textIn(bytes, VALUE.name));
    });
  });
  // Old exporters list weights among the inputs.
  return {
    opset,
    nodes,
    weights,
    zeros,
    scalars,
    integers,
    shapes,
    types,
    domains,
    inputs: inputs.filter((input) => !weights.has(input)),
    outputs,
  };
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

/** Returns the encoded ModelProto with the edit. `graph` is what `readEditableGraph` returned for it. */
export function applyEdit(outline: Uint8Array, graph: EditableGraph, edit: Edit): Uint8Array {
  const writer = writerFor(outline);
  eachField(outline, (field, raw, message) => {
    if (field !== MODEL.graph) writeRaw(writer, raw);
    else writer.writeBytesField(MODEL.graph, editGraph(message, graph, edit));
  });
  for (const domain of edit.domains ?? []) if (!graph.domains.has(domain)) writer.writeMessage(MODEL.opsetImport, writeDomain, domain);
  return writer.finish();
}

/** Returns a writer with room for what is read and a little more, so that its buffer need not be copied into ever larger ones. */
function writerFor({ length }: Uint8Array): PbfWriter {
  return new PbfWriter(new Uint8Array(Math.ceil(ROOM * length)));
}

function editGraph(bytes: Uint8Array, { nodes }: EditableGraph, edit: Edit): Uint8Array {
  const writer = writerFor(bytes);
  let index = 0;
  eachField(bytes, (field, raw) => {
    if (field !== GRAPH.node) return writeRaw(writer, raw);
    const node = nodes[index++]!;
    for (const added of edit.before.get(node) ?? []) writer.writeMessage(GRAPH.node, writeNode, added);
    if (edit.removed?.has(node)) return;
    const inputs = edit.extended?.get(node);
    const names = { inputs: edit.renamed.get(node), outputs: edit.renamedOutputs?.get(node) };
    writer.writeBytesField(GRAPH.node, inputs ? replaceInputs(node.bytes, inputs) : rename(node.bytes, names));
    for (const added of edit.after?.get(node) ?? []) writer.writeMessage(GRAPH.node, writeNode, added);
  });
  for (const constant of Object.entries(edit.constants)) writer.writeMessage(GRAPH.initializer, writeConstant, constant);
  for (const input of edit.inputs) writer.writeMessage(GRAPH.input, writeInput, input);
  return writer.finish();
}

function readNode(bytes: Uint8Array): GraphNode {
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

/** New names of the inputs and outputs of a node, by their old names. */
interface NewNames {
  readonly inputs: Readonly<Record<string, string>> | undefined;
  readonly outputs: Readonly<Record<string, string>> | undefined;
}

function rename(bytes: Uint8Array, { inputs, outputs }: NewNames): Uint8Array {
  if (!inputs && !outputs) return bytes;
  const writer = new PbfWriter();
  eachField(bytes, (field, raw, message) => {
    const names = field === NODE.input ? inputs : field === NODE.output ? outputs : undefined;
    const name = names?.[text(message)];
    if (name === undefined) writeRaw(writer, raw);
    else writer.writeStringField(field, name);
  });
  return writer.finish();
}

function replaceInputs(bytes: Uint8Array, inputs: readonly string[]): Uint8Array {
  const writer = new PbfWriter();
  for (const input of inputs) writer.writeStringField(NODE.input, input);
  eachField(bytes, (field, raw) => {
    if (field !== NODE.input) writeRaw(writer, raw);
  });
  return writer.finish();
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

/** Writes the OperatorSetIdProto of a domain of which the first version is used. */
function writeDomain(domain: string, writer: PbfWriter): void {
  writer.writeStringField(OPSET.domain, domain);
  writer.writeVarintField(OPSET.version, 1);
}
