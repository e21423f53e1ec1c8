import { ROW_COUNT } from "../graph-signature.ts";
import { type EditableGraph, type GraphNode } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";
import { computesRowScales, rowQuantizationOf } from "./row-scales.ts";

/** Operators of the last projection, from hidden states to logits; the first input holds the hidden states. */
const PROJECTIONS: ReadonlySet<string> = new Set(["MatMul", "MatMulNBits", "MatMulInteger"]);
/** Operators that may follow it and treat every row alike: conversions, scales, caps, biases. */
const ROW_WISE: ReadonlySet<string> = new Set(["Cast", "Mul", "Div", "Add", "Sub", "Tanh", "Identity"]);
const MAX_DEPTH = 8;
/** Version of the operators from which on Slice takes its bounds as inputs. */
const MIN_OPSET = 10;

/** The values from which logits are computed row by row. */
interface Origin {
  readonly projections: ReadonlySet<GraphNode>;
  /** Values of which each row belongs to the same row of a projection, such as the scales of its quantisation. */
  readonly others: ReadonlySet<string>;
}

/**
 * Returns the graph with an input `num_logits_to_keep`, int64, shape (1,): the hidden states are cut to that many last rows
 * before the last projection, which then computes and returns only these. Every row is computed as before. Returns undefined for a graph
 * that has such an input, or whose last projection is not found.
 */
export function withRowCount(graph: EditableGraph): EditableGraph | undefined {
  if (graph.opset < MIN_OPSET || graph.inputs.includes(ROW_COUNT)) return undefined;
  const { projection, others } = lastProjection(graph);
  if (!projection) return undefined;
  const cut = whatToCut(projection, graph);
  if (!cut || graph.weights.has(cut.source) || [...others].some((value) => value !== cut.scale)) return undefined;
  const [start, end, axis, rows] = ["start", "end", "axis", "rows"].map((part) => `decodekit.${part}`) as [string, string, string, string];
  return applyEdit(graph, {
    inputs: [{ name: ROW_COUNT, type: "int64", dims: [1] }],
    constants: { [end]: { type: "int64", value: 2n ** 62n }, [axis]: { type: "int64", value: 1n } },
    before: new Map([
      [
        cut.readers[0]!,
        [
          { op: "Neg", inputs: [ROW_COUNT], outputs: [start] },
          { op: "Slice", inputs: [cut.source, start, end, axis], outputs: [rows] },
        ],
      ],
    ]),
    renamed: new Map(cut.readers.map((reader) => [reader, { [cut.source]: rows }])),
  });
}

/** Returns the graph's last projection, and the values beside it from which logits are computed row by row. */
export function lastProjection(graph: EditableGraph): { readonly projection: GraphNode | undefined; readonly others: ReadonlySet<string> } {
  const { projections, others } = originOf("logits", graph, producersOf(graph), MAX_DEPTH);
  const [projection, ...more] = projections;
  return { projection: more.length > 0 ? undefined : projection, others };
}

/** The value to cut before a projection, and who reads the rest instead of it. */
interface Cut {
  readonly source: string;
  readonly readers: readonly GraphNode[];
  /** Scales that are computed from what is cut. */
  readonly scale?: string;
}

function whatToCut(projection: GraphNode, graph: EditableGraph): Cut | undefined {
  const hidden = projection.inputs[0];
  if (hidden === undefined) return undefined;
  const quantization = rowQuantizationOf(hidden, graph);
  if (!quantization) return { source: hidden, readers: [projection] };
  const isShared = graph.nodes.some((node) => node !== projection && node.inputs.includes(hidden));
  return isShared ? undefined : quantization;
}

export function producersOf({ nodes }: EditableGraph): ReadonlyMap<string, GraphNode> {
  return new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}

/** Returns what a value is computed from row by row. Values that are the same for all rows have no origin. */
function originOf(value: string, graph: EditableGraph, producers: ReadonlyMap<string, GraphNode>, depth: number): Origin {
  const node = producers.get(value);
  if (isSameForAllRows(value, node, graph)) return { projections: new Set(), others: new Set() };
  if (node && PROJECTIONS.has(node.op)) return { projections: new Set([node]), others: new Set() };
  if (!node || depth === 0 || !ROW_WISE.has(node.op) || computesRowScales(node))
    return { projections: new Set(), others: new Set([value]) };
  const origins = node.inputs.map((input) => originOf(input, graph, producers, depth - 1));
  return {
    projections: new Set(origins.flatMap(({ projections }) => [...projections])),
    others: new Set(origins.flatMap(({ others }) => [...others])),
  };
}

/** Whether a value is a weight, a negated one, a constant, or the scale or zero point of a quantisation with one for all rows. */
function isSameForAllRows(value: string, node: GraphNode | undefined, { weights }: EditableGraph): boolean {
  if (node?.op === "Neg" && weights.has(node.inputs[0]!)) return true;
  return weights.has(value) || node?.op === "Constant" || (node?.op === "DynamicQuantizeLinear" && value !== node.outputs[0]);
}
