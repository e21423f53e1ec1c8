import { type EditableGraph, type GraphNode } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";
import { symbolicShapes } from "./symbolic-shapes.ts";

/**
 * Returns the graph in which every Shape of one shape reads the same value. Exporters compute shapes anew in every layer; the
 * runtime then finds that these computations are the same and does each once, about half of all operators of a pass. Nothing else changes.
 * Returns undefined for a graph in which no two are known to be the same.
 */
export function withSharedShapes(graph: EditableGraph): EditableGraph | undefined {
  const shapes = symbolicShapes(graph);
  const sources = new Map<string, string>();
  const renamed = new Map<GraphNode, Readonly<Record<string, string>>>();
  for (const node of graph.nodes) {
    if (node.op !== "Shape") continue;
    const [value] = node.inputs as [string];
    const shape = shapes.get(value);
    if (!shape) continue;
    const key = JSON.stringify(shape);
    const source = sources.get(key);
    if (source === undefined) sources.set(key, value);
    else if (source !== value) renamed.set(node, { [value]: source });
  }
  return renamed.size > 0 ? applyEdit(graph, { inputs: [], constants: {}, before: new Map(), renamed }) : undefined;
}
