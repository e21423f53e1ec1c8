import { PbfWriter } from "pbf";
import { type EditableGraph, GRAPH, type GraphNode, MODEL } from "./editable-graph.ts";
import { type NewInput, writeInput } from "./graph-encoding.ts";
import { eachField, textIn, writeRaw } from "./messages.ts";

/** The ends of a part of a graph. */
export interface Subgraph {
  /** Values of the graph that are inputs of the part. */
  readonly inputs: readonly NewInput[];
  readonly outputs: readonly string[];
}

const GRAPH_NAME = 2;
const VALUE_NAME = 1;
const TENSOR_NAME = 8;

/**
 * Returns the part of a graph that computes `outputs` from `inputs`, as an encoded ModelProto: its nodes, and the weights that they read.
 * Returns undefined if it needs another input of the graph. The graph must be as it was read.
 */
export function subgraphOf(graph: EditableGraph, { inputs, outputs }: Subgraph): Uint8Array | undefined {
  const given = new Set(inputs.map(({ name }) => name));
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const needed = new Set<GraphNode>();
  const weights = new Set<string>();
  const open = [...outputs];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === "" || given.has(value)) continue;
    const node = producers.get(value);
    if (graph.weights.has(value)) weights.add(value);
    else if (!node || node.hasGraph) return undefined;
    else if (!needed.has(node)) {
      needed.add(node);
      open.push(...node.inputs);
    }
  }
  return encode(graph, { inputs, outputs }, { nodes: graph.nodes.filter((node) => needed.has(node)), weights });
}

function encode(
  { file }: EditableGraph,
  { inputs, outputs }: Subgraph,
  { nodes, weights }: { readonly nodes: readonly GraphNode[]; readonly weights: ReadonlySet<string> },
): Uint8Array {
  const writer = new PbfWriter();
  eachField(file, (field, raw, message) => {
    if (field !== MODEL.graph) return writeRaw(writer, raw);
    const graph = new PbfWriter();
    for (const { bytes } of nodes) graph.writeBytesField(GRAPH.node, bytes);
    eachField(message, (part, other, value) => {
      if (part === GRAPH_NAME || (part === GRAPH.initializer && weights.has(textIn(value, TENSOR_NAME)))) writeRaw(graph, other);
    });
    for (const input of inputs) graph.writeMessage(GRAPH.input, writeInput, input);
    // The runtime finds types and shapes of outputs.
    for (const name of outputs)
      graph.writeMessage(GRAPH.output, (_, each: PbfWriter) => each.writeStringField(VALUE_NAME, name), undefined);
    return writer.writeBytesField(MODEL.graph, graph.finish());
  });
  return writer.finish();
}
