import type { EditableGraph, GraphNode } from "./editable-graph.ts";

/** A value of integer positions, one for each row, and the node that turns it into angles. */
export interface RotaryPositions {
  readonly value: string;
  readonly reader: GraphNode;
}

/** Operators between positions and the sine or cosine of their angles. */
const TO_ANGLES: ReadonlySet<string> = new Set(["Concat", "Transpose", "MatMul", "Mul", "Div", "Cast", "Unsqueeze", "Reshape", "Expand"]);
const MAX_DEPTH = 12;

/**
 * Returns the positions that a graph without an input of positions counts by itself (Range) for its rotary embeddings, each reader once:
 * where they are converted to numbers that angles are computed from, which only these read. Empty if none are found.
 */
export function findRotaryPositions({ nodes }: EditableGraph): readonly RotaryPositions[] {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const found = new Map<GraphNode, RotaryPositions>();
  /** Whether a value is made of a Range; the last conversion before it is found. */
  const search = (value: string, depth: number): boolean => {
    const node = producers.get(value);
    if (!node || depth === 0) return false;
    if (node.op === "Range") return true;
    if (!TO_ANGLES.has(node.op)) return false;
    const source = node.inputs.find((input) => search(input, depth - 1));
    if (source === undefined) return false;
    if (node.op === "Cast" && !isConverted(source)) found.set(node, { value: source, reader: node });
    return true;
  };
  /** Whether a value comes from a conversion. */
  const isConverted = (value: string): boolean => {
    const node = producers.get(value);
    return node !== undefined && node.op !== "Range" && (node.op === "Cast" || node.inputs.some(isConverted));
  };
  for (const { op, inputs } of nodes) if (op === "Cos" || op === "Sin") search(inputs[0]!, MAX_DEPTH);
  return [...found.values()];
}
