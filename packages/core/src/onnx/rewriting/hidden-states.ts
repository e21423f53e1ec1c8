import { HIDDEN_STATES } from "../graph-signature.ts";
import type { EditableGraph, GraphNode } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";
import { lastProjection, producersOf } from "./rows.ts";

/**
 * Returns the graph with an output `decodekit.hidden_states`, shape (1, rows, size): what its last projection reads, before it is quantised.
 * Nothing else changes. Returns undefined for a graph whose last projection is not found. To be applied before other rewritings, which
 * may change how that projection computes.
 */
export function withHiddenStates(graph: EditableGraph): EditableGraph | undefined {
  const found = findHiddenStates(graph);
  if (!found) return undefined;
  const { projection, source } = found;
  return applyEdit(graph, {
    inputs: [],
    outputs: [HIDDEN_STATES],
    constants: {},
    before: new Map([[projection, [{ op: "Identity", inputs: [source], outputs: [HIDDEN_STATES] }]]]),
    renamed: new Map(),
  });
}

/** Returns what the last projection reads, before it is quantised. */
export function findHiddenStates(graph: EditableGraph): { readonly source: string; readonly projection: GraphNode } | undefined {
  const { projection } = lastProjection(graph);
  const input = projection?.inputs[0];
  if (!projection || input === undefined) return undefined;
  const producer = producersOf(graph).get(input);
  const source = producer?.op === "DynamicQuantizeLinear" ? producer.inputs[0]! : input;
  return graph.weights.has(source) ? undefined : { source, projection };
}
