import { connectionsOf } from "./connections.ts";
import { ELEMENTS, type NewNode } from "./graph-encoding.ts";
import { type EditableGraph, type GraphNode, integersAttribute } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";

/** Numbers of a row of weights that MatMulNBits gives a scale of their own. */
const BLOCK = 32;
/** Version of the operators from which on Reshape, Expand and DequantizeLinear are as they are used here. */
const MIN_OPSET = 13;
const BITS = 8;
/** The accuracy level of MatMulNBits at which activations have 8 bits too. */
const INT8_ACCURACY = 4;
const MICROSOFT = "com.microsoft";

/** `MatMul(x, DequantizeLinear(Transpose(weight), scale, zero))`. */
interface DequantizedProduct {
  readonly product: GraphNode;
  readonly dequantize: GraphNode;
  readonly transpose: GraphNode;
  readonly weight: string;
  readonly scale: string;
  readonly zero: string;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Returns the graph in which a product with embeddings of 8 bits is a MatMulNBits of 8 bits, as the usual 8-bit files have it
 * whose embeddings are the last projection too: `MatMul(x, DequantizeLinear(Transpose(embeddings)))`. The runtime would dequantize all of
 * them in every pass. Their values stay, and rows are rounded to 8 bits in blocks of 32, as in the other products of such a file: logits of
 * SmolLM2-135M move by 0.6 %, 0.001 nats, where the file itself is 0.15 nats from float32. For kernels of native, which multiply integers. Returns undefined for a graph without such a product.
 */
export function withEightBitProjection(graph: EditableGraph): EditableGraph | undefined {
  if (graph.opset < MIN_OPSET || graph.nodes.some(({ hasGraph }) => hasGraph)) return undefined;
  const { producers, consumers } = connectionsOf(graph);
  const find = (product: GraphNode): DequantizedProduct | undefined => {
    const dequantize = product.op === "MatMul" ? producers.get(product.inputs[1]!) : undefined;
    const transpose = dequantize?.op === "DequantizeLinear" ? producers.get(dequantize.inputs[0]!) : undefined;
    if (!dequantize || transpose?.op !== "Transpose") return undefined;
    const [, scale, zero] = dequantize.inputs as [string, string, string?];
    const weight = transpose.inputs[0]!;
    const [rows, columns] = (graph.shapes.get(weight) ?? []) as number[];
    const isOnlyRead = [dequantize, transpose].every(({ outputs }) => consumers.get(outputs[0]!)!.length === 1);
    if (!isOnlyRead || !isTable(weight, graph) || !columns || columns % BLOCK !== 0 || !isSwap(transpose)) return undefined;
    if (!zero || !graph.weights.has(scale) || !graph.scalars.has(scale) || !graph.scalars.has(zero)) return undefined;
    return { product, dequantize, transpose, weight, scale, zero, rows: rows!, columns };
  };
  const found = graph.nodes.map(find).find((each) => each !== undefined);
  if (!found) return undefined;
  const { product, dequantize, transpose, rows, columns } = found;
  const blocks = columns / BLOCK;
  return applyEdit(graph, {
    inputs: [],
    constants: {
      [NAMES.shape]: { type: "int64", value: [rows, blocks, BLOCK] },
      [NAMES.scales]: { type: "int64", value: [rows * blocks] },
    },
    before: new Map([[product, nodesOf(found)]]),
    removed: new Set([product, dequantize, transpose]),
    renamed: new Map(),
    domains: [MICROSOFT],
  });
}

const NAMES = { shape: "decodekit.projection.shape", scales: "decodekit.projection.scales" } as const;

function nodesOf({ product, weight, scale, zero, rows, columns }: DequantizedProduct): readonly NewNode[] {
  const [blocks, scales, zeros] = ["weight", "scale", "zero"].map((part) => `decodekit.projection.blocks.${part}`) as [
    string,
    string,
    string,
  ];
  return [
    { op: "Reshape", inputs: [weight, NAMES.shape], outputs: [blocks] },
    { op: "Expand", inputs: [scale, NAMES.scales], outputs: [scales] },
    { op: "Expand", inputs: [zero, NAMES.scales], outputs: [zeros] },
    {
      op: "MatMulNBits",
      domain: MICROSOFT,
      inputs: [product.inputs[0]!, blocks, scales, zeros],
      outputs: product.outputs,
      attributes: { K: columns, N: rows, bits: BITS, block_size: BLOCK, accuracy_level: INT8_ACCURACY },
    },
  ];
}

/** Whether a weight is a table of unsigned integers of 8 bits. */
function isTable(weight: string, { shapes, types }: EditableGraph): boolean {
  return types.get(weight) === ELEMENTS.uint8 && shapes.get(weight)?.length === 2;
}

function isSwap(transpose: GraphNode): boolean {
  const order = integersAttribute(transpose, "perm");
  return !order || String(order) === "1,0";
}
