import { TREE_MASK } from "../graph-signature.ts";
import type { NewInput } from "./graph-encoding.ts";
import { type EditableGraph, type GraphNode, integerAttribute } from "./editable-graph.ts";
import { type Edit } from "./graph-edit.ts";

/** Indices of optional inputs of GroupQueryAttention (com.microsoft). */
const [POSITIONS, BIAS] = [9, 10];
/** Version of the operators from which on CastLike exists. */
const MIN_OPSET = 15;
/** A score that hides a position: finite in float16 too. */
const LEAST = -6e4;

const NAMES = {
  bias: "decodekit.attention_bias",
  one: "decodekit.one",
  zero: "decodekit.zero",
  least: "decodekit.least",
} as const;

/**
 * Returns the edit of a graph whose attentions are GroupQueryAttention, which masks by itself: it takes a bias of shape
 * (1, 1, rows, positions), here 0 or the least score by the tree's mask, and positions for its rotary embeddings. Returns undefined for a
 * graph without such attentions, with a window, or whose attentions have these inputs already.
 */
export function fusedAttentionEdit(graph: EditableGraph, mask: NewInput): Edit | undefined {
  const attentions = graph.nodes.filter(({ op }) => op === "GroupQueryAttention");
  if (attentions.length === 0 || graph.opset < MIN_OPSET || !attentions.every(canBeExtended)) return undefined;
  const isRotary = attentions.some((node) => integerAttribute(node, "do_rotary") === 1);
  const hasPositions = graph.inputs.includes("position_ids");
  if (isRotary === hasPositions || !["input_ids", "attention_mask"].every((name) => graph.inputs.includes(name))) return undefined;
  const [first] = attentions as [GraphNode, ...GraphNode[]];
  const name = (part: string): string => `decodekit.tree/${part}`;
  return {
    inputs: isRotary ? [mask, { name: "position_ids", type: "int64", dims: [1, undefined] }] : [mask],
    constants: {
      [NAMES.one]: { type: "int64", value: 1n },
      [NAMES.zero]: { type: "float32", value: 0 },
      [NAMES.least]: { type: "float32", value: LEAST },
    },
    before: new Map([
      [
        first,
        [
          { op: "Shape", inputs: ["input_ids"], outputs: [name("ids")] },
          { op: "Gather", inputs: [name("ids"), NAMES.one], outputs: [name("rows")] },
          { op: "Shape", inputs: ["attention_mask"], outputs: [name("mask")] },
          { op: "Gather", inputs: [name("mask"), NAMES.one], outputs: [name("positions")] },
          {
            op: "Concat",
            inputs: [NAMES.one, NAMES.one, name("rows"), name("positions")],
            outputs: [name("shape")],
            attributes: { axis: 0 },
          },
          { op: "Expand", inputs: [TREE_MASK, name("shape")], outputs: [name("seen")] },
          { op: "Where", inputs: [name("seen"), NAMES.zero, NAMES.least], outputs: [name("scores")] },
          { op: "CastLike", inputs: [name("scores"), first.inputs[0]!], outputs: [NAMES.bias] },
        ],
      ],
    ]),
    renamed: new Map(),
    extended: new Map(attentions.map((node) => [node, extendedInputs(node, isRotary)])),
  };
}

function canBeExtended(node: GraphNode): boolean {
  const window = integerAttribute(node, "local_window_size") ?? -1;
  return window < 0 && !node.inputs[POSITIONS] && !node.inputs[BIAS];
}

function extendedInputs({ inputs }: GraphNode, isRotary: boolean): readonly string[] {
  const all = Array.from({ length: Math.max(inputs.length, BIAS + 1) }, (_, index) => inputs[index] ?? "");
  if (isRotary) all[POSITIONS] = "position_ids";
  all[BIAS] = NAMES.bias;
  return all;
}
