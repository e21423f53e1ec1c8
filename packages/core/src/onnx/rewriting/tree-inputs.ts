import { POSITION_OFFSETS, TREE_MASK } from "../graph-signature.ts";
import { type AttentionMask, findAttentionMasks } from "./attention-masks.ts";
import { fusedAttentionEdit } from "./fused-attention.ts";
import type { NewInput, NewNode } from "./graph-encoding.ts";
import { type EditableGraph, type GraphNode } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";
import { findRotaryPositions } from "./rotary-positions.ts";

/** Version of the operators from which on Where exists. */
const MIN_OPSET = 9;

const MASK_INPUT: NewInput = { name: TREE_MASK, type: "bool", dims: [1, 1, undefined, undefined] };
const OFFSETS_INPUT: NewInput = { name: POSITION_OFFSETS, type: "int64", dims: [undefined] };

/** A value that takes another's place for one reader. */
interface Replacement {
  readonly value: string;
  readonly reader: GraphNode;
  /** Its name. */
  readonly result: string;
  /** What computes it; empty if another replacement's nodes do. */
  readonly nodes: readonly NewNode[];
}

export interface TreeInputOptions {
  /** Whether fused attentions may be given a bias. @defaultValue true */
  readonly fusedBias?: boolean;
}

/**
 * Returns the graph with an input `decodekit.tree_mask`, bool, shape (1, 1, rows, positions): whether a row sees a position
 * that the graph's own mask shows it. A pass that reads consecutive tokens
 * feeds one true, shape (1, 1, 1, 1), and computes what it did before, bit for bit. A tree's rows, parents before children, are rows of the
 * graph's own mask of which each sees too much: the other branches before it. A graph that counts positions by itself also gets an input
 * `decodekit.position_offsets`, int64, shape (rows,) or (1,), which is added to them. Returns undefined for a graph whose masks or
 * positions are not found.
 */
export function withTreeInputs(graph: EditableGraph, { fusedBias = true }: TreeInputOptions = {}): EditableGraph | undefined {
  if (graph.opset < MIN_OPSET || graph.inputs.includes(TREE_MASK)) return undefined;
  const fused = fusedBias ? fusedAttentionEdit(graph, MASK_INPUT) : undefined;
  if (fused) return applyEdit(graph, fused);
  const masks = findAttentionMasks(graph);
  const countsPositions = !graph.inputs.includes("position_ids");
  const positions = countsPositions ? findRotaryPositions(graph) : [];
  if (masks.length === 0 || (countsPositions && positions.length === 0)) return undefined;
  const replacements = [
    ...masks.map(narrowed),
    ...positions.map(({ value, reader }) => {
      const result = `decodekit.positions/${value}`;
      return { value, reader, result, nodes: [{ op: "Add", inputs: [value, POSITION_OFFSETS], outputs: [result] }] };
    }),
  ];
  return applyEdit(graph, {
    inputs: countsPositions ? [MASK_INPUT, OFFSETS_INPUT] : [MASK_INPUT],
    constants: {},
    before: nodesByReader(replacements, graph),
    renamed: renamedByReader(replacements),
  });
}

/** Returns a mask with what the tree's mask hides. */
function narrowed({ value, reader, kind }: AttentionMask): Replacement {
  const [result, least, unseen] = ["mask", "least", "unseen"].map((part) => `decodekit.${part}/${value}`) as [string, string, string];
  const nodes: Readonly<Record<AttentionMask["kind"], readonly NewNode[]>> = {
    seen: [{ op: "And", inputs: [value, TREE_MASK], outputs: [result] }],
    hidden: [
      { op: "Not", inputs: [TREE_MASK], outputs: [unseen] },
      { op: "Or", inputs: [value, unseen], outputs: [result] },
    ],
    // The least score of the mask, which hides: every tree of several nodes has rows that do not see a later one.
    scores: [
      { op: "ReduceMin", inputs: [value], outputs: [least] },
      { op: "Where", inputs: [TREE_MASK, value, least], outputs: [result] },
    ],
  };
  return { value, reader, result, nodes: nodes[kind] };
}

/** Returns the new nodes by the first node that reads what they compute. */
function nodesByReader(replacements: readonly Replacement[], { nodes }: EditableGraph): ReadonlyMap<GraphNode, readonly NewNode[]> {
  const order = new Map(nodes.map((node, index) => [node, index]));
  const sorted = replacements.toSorted((a, b) => order.get(a.reader)! - order.get(b.reader)!);
  const before = new Map<GraphNode, readonly NewNode[]>();
  const computed = new Set<string>();
  for (const { reader, result, nodes: added } of sorted) {
    if (!computed.has(result)) before.set(reader, [...(before.get(reader) ?? []), ...added]);
    computed.add(result);
  }
  return before;
}

function renamedByReader(replacements: readonly Replacement[]): ReadonlyMap<GraphNode, Readonly<Record<string, string>>> {
  const renamed = new Map<GraphNode, Readonly<Record<string, string>>>();
  for (const { value, reader, result } of replacements) renamed.set(reader, { ...renamed.get(reader), [value]: result });
  return renamed;
}
