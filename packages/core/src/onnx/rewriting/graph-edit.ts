import { PbfWriter } from "pbf";
import {
  addInput,
  type AddedMessage,
  addWeight,
  type EditableGraph,
  GRAPH,
  type GraphNode,
  MODEL,
  NODE,
  OPSET,
  readEditableGraph,
  readNode,
  VALUE,
  valuesOf,
} from "./editable-graph.ts";
import { elementTypeOf } from "./declared-shapes.ts";
import { type Constant, type NewInput, type NewNode, writeConstant, writeInput, writeNode, writeOutput } from "./graph-encoding.ts";
import { eachField, text, textIn, writeRaw } from "./messages.ts";

/** Length of an edited graph over that of the graph, at most as a rule. */
const ROOM = 1.25;

/** What a rewriting adds and replaces. */
export interface Edit {
  readonly inputs: readonly NewInput[];
  /** Names of values that the graph is to return too. Their types and shapes are not declared. @defaultValue none */
  readonly outputs?: readonly string[];
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
  /** New names of the graph's own outputs, by their old ones. Their shapes are no longer declared. */
  readonly graphOutputs?: ReadonlyMap<string, string>;
  /** All inputs of existing nodes, in order, where optional ones are added; "" is one that is left out. */
  readonly extended?: ReadonlyMap<GraphNode, readonly string[]>;
}

/** Returns the graph with an edit. */
export function applyEdit(graph: EditableGraph, edit: Edit): EditableGraph {
  const values = valuesOf(graph);
  const constants = Object.entries(edit.constants).map((constant) => encoded(writeConstant, constant));
  const inputs = edit.inputs.map((input) => encoded(writeInput, input));
  const domains = (edit.domains ?? []).filter((domain) => !graph.domains.has(domain));
  for (const bytes of constants) addWeight(values, bytes);
  const names = inputs.map((bytes) => addInput(values, bytes));
  return {
    ...graph,
    ...values,
    nodes: editedNodes(graph, edit),
    inputs: [...graph.inputs, ...names],
    outputs: [...graph.outputs.map((output) => edit.graphOutputs?.get(output) ?? output), ...(edit.outputs ?? [])],
    renamedOutputs: new Map([...graph.renamedOutputs, ...(edit.graphOutputs ?? [])]),
    domains: new Set([...graph.domains, ...domains]),
    added: [
      ...graph.added,
      ...constants.map((bytes): AddedMessage => ({ to: "graph", field: GRAPH.initializer, bytes })),
      ...inputs.map((bytes): AddedMessage => ({ to: "graph", field: GRAPH.input, bytes })),
      ...(edit.outputs ?? []).map((name): AddedMessage => ({ to: "graph", field: GRAPH.output, bytes: encoded(writeName, name) })),
      ...domains.map((domain): AddedMessage => ({ to: "model", field: MODEL.opsetImport, bytes: encoded(writeDomain, domain) })),
    ],
  };
}

function editedNodes({ nodes }: EditableGraph, edit: Edit): readonly GraphNode[] {
  const encode = (node: NewNode): GraphNode => readNode(encoded(writeNode, node));
  return nodes.flatMap((node) => [
    ...(edit.before.get(node) ?? []).map(encode),
    ...(edit.removed?.has(node) ? [] : [editedNode(node, edit), ...(edit.after?.get(node) ?? []).map(encode)]),
  ]);
}

function editedNode(node: GraphNode, { renamed, renamedOutputs, extended }: Edit): GraphNode {
  const inputs = extended?.get(node);
  if (inputs) return readNode(replaceInputs(node.bytes, inputs));
  const bytes = rename(node.bytes, { inputs: renamed.get(node), outputs: renamedOutputs?.get(node) });
  return bytes === node.bytes ? node : readNode(bytes);
}

/** Returns the graph as an encoded ModelProto. */
export function encodeEditedGraph({ file, nodes, added, renamedOutputs }: EditableGraph): Uint8Array {
  const writer = writerFor(file);
  const writeAdded = (to: AddedMessage["to"], each: PbfWriter): void => {
    for (const { field, bytes } of added.filter((message) => message.to === to)) each.writeBytesField(field, bytes);
  };
  eachField(file, (field, raw, message) => {
    if (field !== MODEL.graph) return writeRaw(writer, raw);
    const graph = writerFor(message);
    for (const { bytes } of nodes) graph.writeBytesField(GRAPH.node, bytes);
    eachField(message, (part, other, value) => {
      const name = part === GRAPH.output ? renamedOutputs.get(textIn(value, VALUE.name)) : undefined;
      if (name !== undefined) graph.writeMessage(GRAPH.output, writeOutput, { name, type: elementTypeOf(value) });
      else if (part !== GRAPH.node) writeRaw(graph, other);
    });
    writeAdded("graph", graph);
    writer.writeBytesField(MODEL.graph, graph.finish());
  });
  writeAdded("model", writer);
  return writer.finish();
}

/** Returns the encoded ModelProto as `rewrite` changes it; undefined if it has nothing to change. */
export function rewriteFile(file: Uint8Array, rewrite: (graph: EditableGraph) => EditableGraph | undefined): Uint8Array | undefined {
  const rewritten = rewrite(readEditableGraph(file));
  return rewritten && encodeEditedGraph(rewritten);
}

/** Returns a writer with room for what is read and a little more, so that its buffer need not be copied into ever larger ones. */
function writerFor({ length }: Uint8Array): PbfWriter {
  return new PbfWriter(new Uint8Array(Math.ceil(ROOM * length)));
}

/** Writes a ValueInfoProto with a name alone: the runtime finds its type and shape. */
function writeName(name: string, writer: PbfWriter): void {
  writer.writeStringField(VALUE.name, name);
}

function encoded<T>(write: (value: T, writer: PbfWriter) => void, value: T): Uint8Array {
  const writer = new PbfWriter();
  write(value, writer);
  return writer.finish();
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

/** Writes the OperatorSetIdProto of a domain of which the first version is used. */
function writeDomain(domain: string, writer: PbfWriter): void {
  writer.writeStringField(OPSET.domain, domain);
  writer.writeVarintField(OPSET.version, 1);
}
