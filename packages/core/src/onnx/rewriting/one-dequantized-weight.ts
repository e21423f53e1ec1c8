import { connectionsOf, isFixed } from "./connections.ts";
import type { EditableGraph } from "./editable-graph.ts";

/**
 * Whether a graph dequantizes exactly one of its weights in every pass, and quantizes no activation. The usual files of 8 bits
 * do so if their embeddings are also the last projection: `MatMul(x, DequantizeLinear(Transpose(embeddings)))`. Such a weight can be
 * dequantized when the graph is loaded: a pass needs the memory of the result in any case. With several of them, all would be held in 32
 * bits, where a pass holds one at a time.
 */
export function dequantizesOneWeight(graph: EditableGraph): boolean {
  if (graph.nodes.some(({ op }) => op === "QuantizeLinear")) return false;
  const connections = connectionsOf(graph);
  const found = graph.nodes.filter(({ op, inputs }) => op === "DequantizeLinear" && isFixed(inputs[0]!, graph, connections));
  return found.length === 1;
}
