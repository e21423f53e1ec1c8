import { ROW_COUNT } from "../graph-signature.ts";
import { applyEdit, type EditableGraph, type GraphNode, readEditableGraph } from "./graph-outline-editor.ts";

/** Operators of the last projection, from hidden states to logits; the first input holds the hidden states. */
const PROJECTIONS: ReadonlySet<string> = new Set(["MatMul", "MatMulNBits", "MatMulInteger"]);
/** Operators that may follow it and treat every row alike: conversions, scales, caps, biases. */
const ROW_WISE: ReadonlySet<string> = new Set(["Cast", "Mul", "Div", "Add", "Tanh", "Identity"]);
const MAX_DEPTH = 8;
/** Version of the operators from which on Slice takes its bounds as inputs. */
const MIN_OPSET = 10;

/**
 * Returns the encoded ModelProto with an input `num_logits_to_keep`, int64, shape (1,): the hidden states are cut to that many last rows
 * before the last projection, which then computes and returns only these. Every row is computed as before. Returns undefined for a graph
 * that has such an input, or whose last projection is not found.
 */
export function withRowCount(outline: Uint8Array): Uint8Array | undefined {
  const graph = readEditableGraph(outline);
  if (graph.opset < MIN_OPSET || graph.inputs.includes(ROW_COUNT)) return undefined;
  const projections = new Set(projectionsBefore("logits", graph, producersOf(graph), MAX_DEPTH));
  const [projection, ...others] = projections;
  const hidden = projection?.inputs[0];
  if (projection === undefined || hidden === undefined || others.length > 0 || graph.given.has(hidden)) return undefined;
  const [start, end, axis, rows] = ["start", "end", "axis", "rows"].map((part) => `decodekit.${part}`) as [string, string, string, string];
  return applyEdit(outline, graph, {
    inputs: [ROW_COUNT],
    constants: { [end]: 2n ** 62n, [axis]: 1n },
    before: new Map([
      [
        projection,
        [
          { op: "Neg", inputs: [ROW_COUNT], outputs: [start] },
          { op: "Slice", inputs: [hidden, start, end, axis], outputs: [rows] },
        ],
      ],
    ]),
    renamed: new Map([[projection, { [hidden]: rows }]]),
  });
}

function producersOf({ nodes }: EditableGraph): ReadonlyMap<string, GraphNode> {
  return new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}

/** Returns the projections from which a value is computed row by row. */
function projectionsBefore(
  value: string,
  graph: EditableGraph,
  producers: ReadonlyMap<string, GraphNode>,
  depth: number,
): readonly GraphNode[] {
  const node = producers.get(value);
  if (!node || depth === 0) return [];
  if (PROJECTIONS.has(node.op)) return [node];
  if (!ROW_WISE.has(node.op)) return [];
  return node.inputs.flatMap((input) => (graph.given.has(input) ? [] : projectionsBefore(input, graph, producers, depth - 1)));
}
