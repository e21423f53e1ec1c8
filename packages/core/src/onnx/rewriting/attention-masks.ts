import { ELEMENTS } from "./graph-encoding.ts";
import { type EditableGraph, type GraphNode, integerAttribute } from "./editable-graph.ts";

/** A value that says which positions each row of an attention sees, shape (1, 1, rows, positions) or one that broadcasts to it. */
export interface AttentionMask {
  /** Name of the value. */
  readonly value: string;
  /** The node that reads it. */
  readonly reader: GraphNode;
  /** "scores" are added to those of the attention: 0 for a position that is seen, and the least of all for one that is not. */
  readonly kind: "seen" | "hidden" | "scores";
}

/** Operators between the scores of an attention and its softmax; the first input holds the scores. */
const AFTER_SCORES: ReadonlySet<string> = new Set(["Cast", "Div", "Mul", "Sub", "Concat", "Reshape", "Identity"]);
/** Operators that scores pass through from their product to the mask. */
const SCALING: ReadonlySet<string> = new Set(["Cast", "Div", "Mul", "Add", "Tanh", "Reshape", "Where"]);
const PRODUCTS: ReadonlySet<string> = new Set(["MatMul", "FusedMatMul", "MatMulInteger"]);
/** Operators that a mask passes through: its first input, in the same order. */
const PASSING: ReadonlySet<string> = new Set(["Slice", "Expand", "Unsqueeze", "Identity"]);
const MAX_DEPTH = 8;
/** The input of ONNX's operator Attention that holds its mask. */
const MASK_OF_ATTENTION = 3;

/**
 * Returns the masks of a graph's attentions, each of them once: those that several layers share, or else each layer's own. An attention is
 * a softmax over products of two computed values to which a mask was added, or ONNX's operator Attention.
 */
export function findAttentionMasks(graph: EditableGraph): readonly AttentionMask[] {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const trails = graph.nodes.flatMap((node) => {
    const mask = maskOf(node, graph, producers);
    return mask ? [trailOf(mask, graph, producers)] : [];
  });
  const uses = new Map<string, number>();
  for (const trail of trails) for (const { value } of trail) uses.set(value, (uses.get(value) ?? 0) + 1);
  const chosen = trails.map((trail) => trail.find(({ value }) => uses.get(value)! > 1) ?? trail[0]);
  const isFirst = (mask: AttentionMask, index: number): boolean =>
    chosen.findIndex(({ value, reader }) => value === mask.value && reader === mask.reader) === index;
  return chosen.filter(isFirst);
}

type Producers = ReadonlyMap<string, GraphNode>;

/** Returns the mask as an attention reads it, or undefined for any other node. */
function maskOf(node: GraphNode, graph: EditableGraph, producers: Producers): AttentionMask | undefined {
  if (node.op === "Attention") {
    const value = node.inputs[MASK_OF_ATTENTION];
    // Booleans and numbers are told apart by what they are made of, see `trailOf`.
    return value ? { value, reader: node, kind: "scores" } : undefined;
  }
  if (node.op !== "Softmax") return undefined;
  let value = node.inputs[0]!;
  let found: AttentionMask | undefined;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const reader = producers.get(value);
    if (!reader || PRODUCTS.has(reader.op)) break;
    const [first, second] = reader.inputs as [string, string];
    if (reader.op === "Where") {
      const [condition, whenTrue, whenFalse] = reader.inputs as [string, string, string];
      const isSeen = isConstant(whenFalse, graph, producers);
      if (!isSeen && !isConstant(whenTrue, graph, producers)) break;
      // A choice hides positions by itself; what is added to it may be the same for all rows.
      return { value: condition, reader, kind: isSeen ? "seen" : "hidden" };
    }
    if (reader.op === "Add") {
      const isFirst = isProduct(first, graph, producers, MAX_DEPTH);
      if (!isFirst && !isProduct(second, graph, producers, MAX_DEPTH)) break;
      const mask = isFirst ? second : first;
      if (!isConstant(mask, graph, producers)) found ??= { value: mask, reader, kind: "scores" };
      value = isFirst ? first : second;
    } else if (AFTER_SCORES.has(reader.op)) value = first;
    else break;
  }
  return found;
}

/** Whether a value is a scaled product of two computed values, as the scores of an attention are; that of a router has weights. */
function isProduct(value: string, graph: EditableGraph, producers: Producers, depth: number): boolean {
  const node = producers.get(value);
  if (!node || depth === 0) return false;
  if (PRODUCTS.has(node.op)) return node.inputs.slice(0, 2).every((input) => !graph.weights.has(input));
  return SCALING.has(node.op) && node.inputs.some((input) => isProduct(input, graph, producers, depth - 1));
}

/** Returns a mask and the values that it is made of without changing its order, itself first. */
function trailOf(mask: AttentionMask, graph: EditableGraph, producers: Producers): readonly [AttentionMask, ...AttentionMask[]] {
  const trail: [AttentionMask, ...AttentionMask[]] = [mask];
  for (;;) {
    const { value, kind } = trail.at(-1)!;
    const reader = producers.get(value);
    const next = reader && sourceOf(reader, kind, graph, producers);
    if (!next) return withKinds(trail, producers);
    trail.push({ ...next, reader });
  }
}

function sourceOf(
  { op, inputs }: GraphNode,
  kind: AttentionMask["kind"],
  graph: EditableGraph,
  producers: Producers,
): Pick<AttentionMask, "value" | "kind"> | undefined {
  const value = inputs[0]!;
  if (PASSING.has(op)) return { value, kind };
  if (op === "Not" && kind !== "scores") return { value, kind: kind === "seen" ? "hidden" : "seen" };
  if (op !== "Where" || kind !== "scores" || !inputs.slice(1).every((each) => isConstant(each, graph, producers))) return undefined;
  const [zeroWhenTrue, zeroWhenFalse] = inputs.slice(1).map((each) => graph.zeros.has(each));
  if (zeroWhenTrue === zeroWhenFalse) return undefined;
  return { value, kind: zeroWhenTrue ? "seen" : "hidden" };
}

/** Operators whose result is a boolean. */
const COMPARISONS: ReadonlySet<string> = new Set(["And", "Or", "Not", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"]);

/** Returns the trail of booleans for what the operator Attention takes as such: true for a position that is seen. */
function withKinds(trail: [AttentionMask, ...AttentionMask[]], producers: Producers): [AttentionMask, ...AttentionMask[]] {
  const origin = producers.get(trail.at(-1)!.value);
  const isBoolean = origin && (COMPARISONS.has(origin.op) || (origin.op === "Cast" && integerAttribute(origin, "to") === ELEMENTS.bool));
  return isBoolean && trail.every(({ kind }) => kind === "scores")
    ? (trail.map((mask) => ({ ...mask, kind: "seen" })) as typeof trail)
    : trail;
}

function isConstant(value: string, { weights }: EditableGraph, producers: Producers): boolean {
  return weights.has(value) || producers.get(value)?.op === "Constant";
}
