import { PAST } from "../cache-layout.ts";
import { INPUTS_EMBEDS } from "../embeddings/embeddings.ts";
import { type Connections, connectionsOf, isFixed } from "./connections.ts";
import type { EditableGraph, GraphNode } from "./editable-graph.ts";

/** The value of a residual stream, or what is added up to it where the graph has no such value. */
export interface StreamValue {
  readonly terms: readonly [value: string] | readonly [value: string, other: string];
  /** The node after which the value can be had. */
  readonly node: GraphNode;
}

/** The residual stream of a decoder: the embeddings, to which every layer adds. */
export interface ResidualStream {
  /** The embeddings of the tokens, before anything is done to them. */
  readonly embeddings: string;
  /** The stream after each layer, by the layer's number in the names of its cache. */
  readonly afterLayers: ReadonlyMap<number, StreamValue>;
}

/** Operators that look rows of a table up. */
const LOOK_UPS: ReadonlySet<string> = new Set(["Gather", "GatherBlockQuantized"]);
/** Operators whose output is their first input in another type. */
const SAME: ReadonlySet<string> = new Set(["Cast", "Identity", "DequantizeLinear"]);
/** Operators that add up two values and normalise the sum, which is their fourth output; with the place of an optional bias. */
const FUSED_SUMS: Readonly<Record<string, number>> = { SkipSimplifiedLayerNormalization: 3, SkipLayerNormalization: 4 };
/** Fourth output: input_skip_bias_sum. */
const SUM_OUTPUT = 3;
/** Operators whose output says nothing about the values of their input. */
const SIZES: ReadonlySet<string> = new Set(["Shape", "Size"]);

/**
 * Finds the residual stream by its structure, whatever the names of values: from the embeddings of `ids` on, each next value of the stream
 * is the sum of the one before and of something that is computed from the stream. It is "after layer i" if the cache of layer i is part of it
 * and that of no later layer. Sums may be fused with the norm after them. Returns undefined if there is no such stream.
 */
export function findResidualStream(graph: EditableGraph, ids = "input_ids"): ResidualStream | undefined {
  const connections = connectionsOf(graph);
  const starts = graph.inputs.includes(INPUTS_EMBEDS) ? [INPUTS_EMBEDS] : lookedUp(graph, connections, ids);
  const found = starts.map((embeddings) => ({ embeddings, afterLayers: follow(embeddings, graph, connections) }));
  const best = found.toSorted((a, b) => b.afterLayers.size - a.afterLayers.size)[0];
  return best && best.afterLayers.size > 0 ? best : undefined;
}

/** Returns the value that holds the embeddings of the tokens `ids`, as numbers; undefined if no table is looked up by them. */
export function findEmbeddings(graph: EditableGraph, ids: string): string | undefined {
  const connections = connectionsOf(graph);
  const [rows] = lookedUp(graph, connections, ids);
  const conversion = rows === undefined ? undefined : connections.consumers.get(rows)?.find(({ op }) => op === "DequantizeLinear");
  return conversion?.outputs[0] ?? rows;
}

/** Returns the rows of tables that are looked up by token ids. */
function lookedUp(graph: EditableGraph, connections: Connections, ids: string): readonly string[] {
  const isIds = (value: string): boolean => {
    const producer = connections.producers.get(value);
    const isPassedOn = producer !== undefined && (SAME.has(producer.op) || producer.op === "Reshape");
    return value === ids || (isPassedOn && isIds(producer.inputs[0]!));
  };
  return graph.nodes
    .filter(({ op, inputs }) => LOOK_UPS.has(op) && isIds(inputs[1] ?? "") && isFixed(inputs[0]!, graph, connections))
    .map(({ outputs }) => outputs[0]!);
}

function follow(start: string, graph: EditableGraph, connections: Connections): ReadonlyMap<number, StreamValue> {
  const layers = layersOf(graph);
  const computed = computedFrom(start, graph);
  const afterLayers = new Map<number, StreamValue>();
  let current: string | undefined = start;
  while (current !== undefined) {
    const next = nextValue(current, { graph, connections, layers, computed });
    if (!next) break;
    const layer = Math.max(...next.terms.map((term) => layers.get(term) ?? -1));
    if (layer >= 0) afterLayers.set(layer, next);
    current = next.terms.length === 1 ? next.terms[0] : undefined;
  }
  return afterLayers;
}

interface Search {
  readonly graph: EditableGraph;
  readonly connections: Connections;
  /** The highest layer of whose cache a value is computed. */
  readonly layers: ReadonlyMap<string, number>;
  /** Values that are computed from the stream's beginning. */
  readonly computed: ReadonlySet<string>;
}

function nextValue(current: string, search: Search): StreamValue | undefined {
  const { connections } = search;
  const aliases = aliasesOf(current, connections);
  const readers = new Set(aliases.flatMap((alias) => connections.consumers.get(alias) ?? []));
  const isAlias = (value: string): boolean => aliases.includes(value);
  for (const node of readers) {
    const sum = sumOf(node, isAlias, search);
    if (sum) return sum;
  }
  if ((search.layers.get(current) ?? -1) >= 0) return undefined;
  const scaled = [...readers].find((node) => isScaling(node, isAlias, search));
  return scaled && { terms: [scaled.outputs[0]!], node: scaled };
}

/** Returns the sum that a node computes of the stream and of what is computed from it. */
function sumOf(node: GraphNode, isAlias: (value: string) => boolean, { computed }: Search): StreamValue | undefined {
  const [first = "", second = ""] = node.inputs;
  const other = isAlias(first) ? second : first;
  if (isAlias(first) === isAlias(second) || !computed.has(other)) return undefined;
  if (node.op === "Add") return { terms: [node.outputs[0]!], node };
  const bias = FUSED_SUMS[node.op];
  if (bias === undefined) return undefined;
  const sum = node.outputs[SUM_OUTPUT];
  if (sum) return { terms: [sum], node };
  return node.inputs[bias] ? undefined : { terms: [first, second], node };
}

/** Whether a node does to the embeddings what some models do before their first layer: a factor, or the embeddings of positions. */
function isScaling({ op, inputs }: GraphNode, isAlias: (value: string) => boolean, { graph, connections, computed }: Search): boolean {
  const [first = "", second = ""] = inputs;
  const other = isAlias(first) ? second : first;
  if (isAlias(first) === isAlias(second) || computed.has(other)) return false;
  return op === "Add" || (op === "Mul" && isFixed(other, graph, connections));
}

/** Returns a value and all that it is converted to. */
function aliasesOf(value: string, connections: Connections): readonly string[] {
  const converted = (connections.consumers.get(value) ?? []).filter(({ op, inputs }) => SAME.has(op) && inputs[0] === value);
  return [value, ...converted.flatMap(({ outputs }) => outputs).flatMap((output) => aliasesOf(output, connections))];
}

function layersOf({ nodes, inputs }: EditableGraph): ReadonlyMap<string, number> {
  const layers = new Map<string, number>();
  for (const input of inputs) {
    const number = PAST.test(input) ? /\d+/.exec(input) : null;
    if (number) layers.set(input, Number(number[0]));
  }
  for (const node of nodes) {
    if (SIZES.has(node.op)) continue;
    const layer = Math.max(-1, ...node.inputs.map((input) => layers.get(input) ?? -1));
    if (layer >= 0) for (const output of node.outputs) if (output !== "") layers.set(output, layer);
  }
  return layers;
}

function computedFrom(start: string, { nodes }: EditableGraph): ReadonlySet<string> {
  const computed = new Set([start]);
  for (const { op, inputs, outputs } of nodes)
    if (!SIZES.has(op) && inputs.some((input) => computed.has(input)))
      for (const output of outputs) if (output !== "") computed.add(output);
  return computed;
}
