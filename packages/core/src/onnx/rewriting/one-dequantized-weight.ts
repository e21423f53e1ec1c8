import { connectionsOf, isFixed } from "./connections.ts";
import { readEditableGraph } from "./graph-outline-editor.ts";

/**
 * Whether an encoded ModelProto dequantizes exactly one of its weights in every pass, and quantizes no activation. The usual files of 8 bits
 * do so whose embeddings are also the last projection: `MatMul(x, DequantizeLinear(Transpose(embeddings)))`. The runtime must keep such
 * weights as they are, unless it is told that they are not the input of an integer product; it then dequantizes them when it loads the
 * graph. With several such weights it would hold all of them in 32 bits, where a pass holds one at a time.
 */
export function dequantizesOneWeight(outline: Uint8Array): boolean {
  const graph = readEditableGraph(outline);
  if (graph.nodes.some(({ op }) => op === "QuantizeLinear")) return false;
  const connections = connectionsOf(graph);
  const found = graph.nodes.filter(({ op, inputs }) => op === "DequantizeLinear" && isFixed(inputs[0]!, graph, connections));
  return found.length === 1;
}
