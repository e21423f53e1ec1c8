import { LAYER_STATES } from "../graph-signature.ts";
import type { EditableGraph } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";
import { CAST_TO_FLOAT32, type NewNode } from "./graph-encoding.ts";
import { findResidualStream, type StreamValue } from "./residual-stream.ts";

/** Dimension of the values of a state. */
const LAST_AXIS = 2;

/**
 * Returns the graph with an output `decodekit.layer_states`, float32, shape (1, tokens, layers · size): the residual stream after each of
 * `layers`, in their order, see `ModelCapabilities.hiddenLayers`. Nothing else changes, and a pass that does not fetch the output does no
 * more than to copy these values once. Returns undefined if the stream after one of the layers is not found.
 */
export function withLayerStates(graph: EditableGraph, layers: readonly number[], ids?: string): EditableGraph | undefined {
  const stream = findResidualStream(graph, ids);
  const values = layers.map((layer) => stream?.afterLayers.get(layer));
  if (values.length === 0 || !values.every((value) => value !== undefined)) return undefined;
  const parts = values.map((_, index) => (values.length === 1 ? LAYER_STATES : `${LAYER_STATES}.${index}`));
  const nodes = values.flatMap((value, index) => nodesOf(value, parts[index]!));
  if (parts.length > 1) nodes.push({ op: "Concat", inputs: parts, outputs: [LAYER_STATES], attributes: { axis: LAST_AXIS } });
  const last = values.map(({ node }) => node).toSorted((a, b) => graph.nodes.indexOf(b) - graph.nodes.indexOf(a))[0]!;
  return applyEdit(graph, {
    inputs: [],
    outputs: [LAYER_STATES],
    constants: {},
    before: new Map(),
    after: new Map([[last, nodes]]),
    renamed: new Map(),
  });
}

function nodesOf({ terms: [value, other] }: StreamValue, output: string): NewNode[] {
  const cast = { op: "Cast", outputs: [output], attributes: { to: CAST_TO_FLOAT32 } };
  if (other === undefined) return [{ ...cast, inputs: [value] }];
  const sum = `${output}.sum`;
  return [
    { op: "Add", inputs: [value, other], outputs: [sum] },
    { ...cast, inputs: [sum] },
  ];
}
