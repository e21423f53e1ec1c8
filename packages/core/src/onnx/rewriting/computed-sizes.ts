import { type EditableGraph, type GraphNode, integerAttribute } from "./editable-graph.ts";
import { ELEMENTS } from "./graph-encoding.ts";
import { difference, isSize, product, type Size, sum } from "./sizes.ts";
import { readSmallTensor, tensorOfConstant } from "./small-tensors.ts";

export type Shape = readonly Size[];

/** What is known of the values of a graph. What is not known is not there. */
export interface Known {
  readonly graph: EditableGraph;
  readonly shapes: Map<string, Shape>;
  /** The elements of tensors of sizes. */
  readonly elements: Map<string, readonly Size[]>;
}

/** Returns the elements of a node's first output; undefined if they are not known. */
type ElementRule = (node: GraphNode, known: Known) => readonly Size[] | undefined;

/** Returns the elements of a number or a list; those of tensors of more dimensions have an order that the rules here do not know. */
export function listOf(value: string | undefined, { shapes, elements }: Known): readonly Size[] | undefined {
  return value !== undefined && (shapes.get(value)?.length ?? 2) < 2 ? elements.get(value) : undefined;
}

/** int32 and int64, as onnx.proto numbers them. */
const INTEGERS: ReadonlySet<number | undefined> = new Set([6, ELEMENTS.int64]);

const sameElements: ElementRule = ({ inputs }, { elements }) => elements.get(inputs[0]!);

/** The rules of operators that compute sizes. */
export const SIZES_OF: Readonly<Record<string, ElementRule>> = {
  // Other types could change a number: booleans do, and quotients of floating-point numbers are no integers.
  Cast: (node, known) => (INTEGERS.has(integerAttribute(node, "to")) ? sameElements(node, known) : undefined),
  Identity: sameElements,
  Reshape: sameElements,
  Squeeze: sameElements,
  Unsqueeze: sameElements,
  Add: pairwise((a, b) => sum([a, b])),
  Sub: pairwise(difference),
  Mul: pairwise((a, b) => product([a, b])),
  Div: pairwise((a, b) => (typeof a === "number" && typeof b === "number" ? Math.trunc(a / b) : `(${a} / ${b})`)),
  Equal: pairwise((a, b) => {
    if (typeof a === "number" && typeof b === "number") return Number(a === b);
    return (isNegative(a) && isSize(b)) || (isNegative(b) && isSize(a)) ? 0 : `(${a} = ${b})`;
  }),
  Concat: ({ inputs }, known) => {
    const parts = inputs.map((input) => listOf(input, known));
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  },
  ConstantOfShape: (node, known) => {
    const [length, ...more] = listOf(node.inputs[0], known) ?? [];
    const value = readSmallTensor(tensorOfConstant(node.bytes))?.integers?.[0];
    if (typeof length !== "number" || more.length > 0 || length > MAX_LENGTH || value === undefined) return undefined;
    return Array.from({ length }, () => value);
  },
  Gather: ({ inputs }, known) => {
    const [data, indices] = [listOf(inputs[0], known), listOf(inputs[1], known)];
    const picked = indices?.map((index) => (typeof index === "number" ? data?.at(index) : undefined));
    return picked?.every((each) => each !== undefined) ? picked : undefined;
  },
  Shape: (node, { shapes }) => {
    const shape = shapes.get(node.inputs[0]!);
    return shape?.slice(integerAttribute(node, "start") ?? 0, integerAttribute(node, "end"));
  },
  Where: ({ inputs }, known) => {
    const [condition, whenTrue, whenFalse] = inputs.map((input) => listOf(input, known));
    const length = condition?.length;
    if (!condition || whenTrue?.length !== length || whenFalse?.length !== length) return undefined;
    if (!condition.every((each) => typeof each === "number")) return undefined;
    return condition.map((each, index) => (each === 0 ? whenFalse! : whenTrue!)[index]!);
  },
};
/** Most dimensions of a tensor whose shape is computed. */
const MAX_LENGTH = 8;

function pairwise(compute: (a: Size, b: Size) => Size): ElementRule {
  return ({ inputs }, values) => {
    const [left, right] = [listOf(inputs[0], values), listOf(inputs[1], values)];
    if (!left || !right || (left.length !== right.length && left.length !== 1 && right.length !== 1)) return undefined;
    const each = (list: readonly Size[], index: number): Size => list[list.length === 1 ? 0 : index]!;
    return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => compute(each(left, index), each(right, index)));
  };
}

function isNegative(size: Size): boolean {
  return typeof size === "number" && size < 0;
}
