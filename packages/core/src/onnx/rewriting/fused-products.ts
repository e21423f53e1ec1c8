import { CAST_TO_FLOAT32, type NewNode } from "./graph-encoding.ts";
import { type EditableGraph, type GraphNode } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";

/** Version of the operators from which on DynamicQuantizeLinear and MatMulInteger exist as they are used here. */
const MIN_OPSET = 11;

/**
 * Returns the graph in which ONNX Runtime's fused products of 8 bits, which have one scale for all rows of a pass, are the
 * standard operators that they stand for, so that `withRowScales` finds them; undefined for a graph without any.
 *
 * - `DynamicQuantizeMatMul(x, W, weight scale, weight zero point, bias)`: a DynamicQuantizeLinear before the next.
 * - `MatMulIntegerToFloat(q, W, scale, weight scale, zero point, weight zero point, bias)` with the outputs of a DynamicQuantizeLinear:
 *   `Cast(MatMulInteger(q, W)) × (scale × weight scale) + bias`.
 */
export function withPlainProducts(graph: EditableGraph): EditableGraph | undefined {
  if (graph.opset < MIN_OPSET) return undefined;
  const quantizations = new Map(graph.nodes.filter(({ op }) => op === "DynamicQuantizeLinear").map((node) => [node.outputs[0]!, node]));
  const replaced = new Map<GraphNode, readonly NewNode[]>();
  for (const node of graph.nodes) {
    const plain = plainNodes(node, quantizations, graph);
    if (plain) replaced.set(node, plain);
  }
  if (replaced.size === 0) return undefined;
  return applyEdit(graph, { inputs: [], constants: {}, before: replaced, removed: new Set(replaced.keys()), renamed: new Map() });
}

function plainNodes(
  { op, inputs, outputs }: GraphNode,
  quantizations: ReadonlyMap<string, GraphNode>,
  { weights }: EditableGraph,
): readonly NewNode[] | undefined {
  const output = outputs[0]!;
  if (op === "DynamicQuantizeMatMul") {
    const [source, weight, weightScale, weightZero, bias] = inputs as [string, string, string, string?, string?];
    if (!weights.has(weightScale)) return undefined;
    const [quantized, scale, zero] = ["quantized", "scale", "zero"].map((part) => nameOf(part, output)) as [string, string, string];
    return [
      { op: "DynamicQuantizeLinear", inputs: [source], outputs: [quantized, scale, zero] },
      ...productNodes({ quantized, weight, scale, weightScale, zero, weightZero, bias, output }),
    ];
  }
  if (op !== "MatMulIntegerToFloat") return undefined;
  const [quantized, weight, scale, weightScale, zero, weightZero, bias] = inputs as [
    string,
    string,
    string,
    string,
    string?,
    string?,
    string?,
  ];
  const [, ownScale, ownZero] = quantizations.get(quantized)?.outputs ?? [];
  if (!zero || scale !== ownScale || zero !== ownZero || !weights.has(weightScale)) return undefined;
  return productNodes({ quantized, weight, scale, weightScale, zero, weightZero, bias, output });
}

/** Names of the values of a product; those that a node leaves out are undefined or empty. */
interface Product {
  readonly quantized: string;
  readonly weight: string;
  readonly scale: string;
  readonly weightScale: string;
  readonly zero: string;
  readonly weightZero: string | undefined;
  readonly bias: string | undefined;
  readonly output: string;
}

function productNodes({ quantized, weight, scale, weightScale, zero, weightZero, bias, output }: Product): readonly NewNode[] {
  const [sums, floats, scales] = ["sums", "floats", "scales"].map((part) => nameOf(part, output)) as [string, string, string];
  const product = bias ? nameOf("product", output) : output;
  return [
    { op: "MatMulInteger", inputs: [quantized, weight, zero, ...(weightZero ? [weightZero] : [])], outputs: [sums] },
    { op: "Cast", inputs: [sums], outputs: [floats], attributes: { to: CAST_TO_FLOAT32 } },
    { op: "Mul", inputs: [scale, weightScale], outputs: [scales] },
    { op: "Mul", inputs: [floats, scales], outputs: [product] },
    ...(bias ? [{ op: "Add", inputs: [product, bias], outputs: [output] }] : []),
  ];
}

function nameOf(part: string, output: string): string {
  return `decodekit.product.${part}/${output}`;
}
