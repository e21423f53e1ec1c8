import type { EditableGraph, GraphNode } from "./editable-graph.ts";

/** Most nodes between a weight and a value that is fixed. */
const MAX_DEPTH = 8;

/** Which nodes compute and read each value of a graph. */
export interface Connections {
  readonly producers: ReadonlyMap<string, GraphNode>;
  readonly consumers: ReadonlyMap<string, readonly GraphNode[]>;
}

export function connectionsOf({ nodes }: EditableGraph): Connections {
  const consumers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      const known = consumers.get(input);
      if (known) known.push(node);
      else consumers.set(input, [node]);
    }
  }
  return { producers: new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const))), consumers };
}

/** Whether a value is a weight, or computed by a few nodes from weights only. */
export function isFixed(value: string, graph: EditableGraph, connections: Connections, depth = MAX_DEPTH): boolean {
  if (graph.weights.has(value) || value === "") return true;
  const node = connections.producers.get(value);
  if (!node || depth === 0) return false;
  return node.op === "Constant" || (node.inputs.length > 0 && node.inputs.every((input) => isFixed(input, graph, connections, depth - 1)));
}
