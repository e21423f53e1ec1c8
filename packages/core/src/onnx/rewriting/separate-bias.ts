import type { NewNode } from "./graph-encoding.ts";
import type { EditableGraph, GraphNode } from "./editable-graph.ts";

/** The most operators between a constant and the weights that it is computed from. */
const MAX_DEPTH = 4;

/**
 * Returns what to put in place of additions of a constant to products with the scales `scales`, one for each row. ONNX Runtime (1.30 and
 * earlier) fuses such a product and its addition into one MatMulIntegerToFloat, which for more than one scale adds the bias before it
 * multiplies by the scale. A subtraction of the negated bias has the same result and is not fused.
 */
export function separateBiases({ nodes, weights }: EditableGraph, scales: ReadonlySet<string>): ReadonlyMap<GraphNode, readonly NewNode[]> {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const isConstant = (value: string, depth: number): boolean => {
    if (weights.has(value)) return true;
    const producer = producers.get(value);
    if (!producer || producer.hasGraph || depth === 0) return false;
    return producer.op === "Constant" || (producer.inputs.length > 0 && producer.inputs.every((input) => isConstant(input, depth - 1)));
  };
  const outputsOfProducts = (read: ReadonlySet<string>): ReadonlySet<string> =>
    new Set(nodes.filter(({ op, inputs }) => op === "Mul" && inputs.some((input) => read.has(input))).map(({ outputs }) => outputs[0]!));
  // The scales of rows times those of weights, and the products that these scale.
  const products = outputsOfProducts(outputsOfProducts(scales));
  const replaced = new Map<GraphNode, readonly NewNode[]>();
  for (const node of nodes) {
    if (node.op !== "Add") continue;
    const product = node.inputs.find((input) => products.has(input));
    const bias = node.inputs.find((input) => input !== product && isConstant(input, MAX_DEPTH));
    if (product === undefined || bias === undefined) continue;
    const negated = `decodekit.quantize.negated/${node.outputs[0]!}`;
    replaced.set(node, [
      { op: "Neg", inputs: [bias], outputs: [negated] },
      { op: "Sub", inputs: [product, negated], outputs: node.outputs },
    ]);
  }
  return replaced;
}
