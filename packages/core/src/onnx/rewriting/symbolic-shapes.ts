import { type EditableGraph, type GraphNode, integerAttribute, integersAttribute } from "./editable-graph.ts";
import { declaredTensor } from "./declared-shapes.ts";
import { type Known, listOf, SIZES_OF, type Shape } from "./computed-sizes.ts";
import { difference, product, quotient, type Size, sum } from "./sizes.ts";
import { tensorOfConstant } from "./small-tensors.ts";

/** Returns the shape of a node's first output; undefined if it is not known. */
type ShapeRule = (node: GraphNode, known: Known) => Shape | undefined;

/** What exporters write for an end that is the last one. */
const MAX_SIZE = 2 ** 31 - 1;

/**
 * Returns the shapes of a graph's values, as far as they follow from those of its inputs and weights: two values with the same shape here have
 * the same shape in every pass, if inputs whose sizes have one name have one size, as the runtime's optimizer also assumes. Operators that are
 * not known have unknown shapes.
 */
export function symbolicShapes(graph: EditableGraph): ReadonlyMap<string, Shape> {
  const known: Known = { graph, shapes: new Map(graph.shapes), elements: new Map(graph.integers) };
  for (const node of graph.nodes) {
    const [output] = node.outputs;
    if (output === undefined || known.shapes.has(output)) continue;
    const elements = SIZES_OF[node.op]?.(node, known);
    if (elements) known.elements.set(output, elements);
    const shape = SHAPE_OF[node.op]?.(node, known);
    if (shape) known.shapes.set(output, shape);
  }
  return known.shapes;
}

const first: ShapeRule = ({ inputs }, { shapes }) => shapes.get(inputs[0]!);
const broadcastAll: ShapeRule = ({ inputs }, { shapes }) => inputs.map((input) => shapes.get(input)).reduce(broadcast);
const productOfMatrices: ShapeRule = ({ inputs }, { shapes }) => {
  const [left, right] = [shapes.get(inputs[0]!), shapes.get(inputs[1]!)];
  if (!left || !right || left.length < 2 || right.length < 2) return undefined;
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
  return batch && [...batch, left.at(-2)!, right.at(-1)!];
};
const reduced: ShapeRule = (node, { shapes, graph }) => {
  const shape = shapes.get(node.inputs[0]!);
  const axes = node.inputs[1] ? graph.integers.get(node.inputs[1]) : integersAttribute(node, "axes");
  if (!shape || !axes || integerAttribute(node, "keepdims") === 0) return undefined;
  const ones = new Set(axes.map((axis) => fromStart(axis, shape.length)));
  return shape.map((size, axis) => (ones.has(axis) ? 1 : size));
};

const SHAPE_OF: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(
    [
      "Abs",
      "Cast",
      "Clip",
      "Cos",
      "CumSum",
      "Dropout",
      "Erf",
      "Exp",
      "Floor",
      "Gelu",
      "Identity",
      "IsNaN",
      "LayerNormalization",
      "Neg",
      "Not",
    ]
      .concat([
        "QuickGelu",
        "Reciprocal",
        "Relu",
        "Round",
        "Sigmoid",
        "SimplifiedLayerNormalization",
        "Sin",
        "Softmax",
        "Sqrt",
        "Tanh",
        "Trilu",
      ])
      .concat(["DequantizeLinear", "DynamicQuantizeLinear"])
      .map((op) => [op, first]),
  ),
  ...Object.fromEntries(
    [
      "Add",
      "And",
      "Div",
      "Equal",
      "Greater",
      "GreaterOrEqual",
      "Less",
      "LessOrEqual",
      "Max",
      "Min",
      "Mul",
      "Or",
      "Pow",
      "Sub",
      "Where",
    ].map((op) => [op, broadcastAll]),
  ),
  MatMul: productOfMatrices,
  MatMulInteger: productOfMatrices,
  MatMulNBits: (node, { shapes }) => {
    const shape = shapes.get(node.inputs[0]!);
    const size = integerAttribute(node, "N");
    return shape && size !== undefined ? [...shape.slice(0, -1), size] : undefined;
  },
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceSum: reduced,
  Shape: (node, known) => {
    const sizes = SIZES_OF["Shape"]!(node, known);
    return sizes && [sizes.length];
  },
  Concat: (node, { shapes }) => {
    const parts = node.inputs.map((input) => shapes.get(input));
    const [start, ...rest] = parts;
    if (!start || rest.some((part) => part?.length !== start.length)) return undefined;
    const axis = fromStart(integerAttribute(node, "axis") ?? 0, start.length);
    return start.map((size, index) => (index === axis ? sum(parts.map((part) => part![index]!)) : size));
  },
  Constant: ({ bytes }) => {
    const tensor = tensorOfConstant(bytes);
    return tensor.length > 0 ? declaredTensor(tensor).shape : undefined;
  },
  ConstantOfShape: ({ inputs }, { elements }) => elements.get(inputs[0]!),
  Expand: ({ inputs }, { shapes, elements }) => broadcast(shapes.get(inputs[0]!), elements.get(inputs[1]!)),
  Gather: (node, { shapes }) => {
    const [data, indices] = [shapes.get(node.inputs[0]!), shapes.get(node.inputs[1]!)];
    if (!data || !indices) return undefined;
    const axis = fromStart(integerAttribute(node, "axis") ?? 0, data.length);
    return [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  },
  Flatten: (node, { shapes }) => {
    const shape = shapes.get(node.inputs[0]!);
    const axis = fromStart(integerAttribute(node, "axis") ?? 1, shape?.length ?? 0);
    return shape && [shape.slice(0, axis), shape.slice(axis)].map(product);
  },
  Range: ({ inputs }, known) => {
    const [start, limit, delta] = inputs.map((input) => listOf(input, known)?.[0]);
    return start !== undefined && limit !== undefined && delta === 1 ? [difference(limit, start)] : undefined;
  },
  Reshape: (node, { shapes, elements }) => {
    const [from, to] = [shapes.get(node.inputs[0]!), elements.get(node.inputs[1]!)];
    return from && to && integerAttribute(node, "allowzero") !== 1 ? reshaped(from, to) : undefined;
  },
  Slice: ({ inputs }, { shapes, elements }) => {
    const from = shapes.get(inputs[0]!);
    const [starts, ends, axes, steps] = inputs.slice(1).map((input) => elements.get(input));
    if (!from || !starts || !ends || !axes || (inputs[4] && !steps)) return undefined;
    const sizes = [...from];
    for (const [index, axis] of axes.entries()) {
      if (typeof axis !== "number") return undefined;
      const at = fromStart(axis, from.length);
      const size = sliced(from[at]!, starts[index]!, ends[index]!, steps?.[index] ?? 1);
      if (size === undefined) return undefined;
      sizes[at] = size;
    }
    return sizes;
  },
  Squeeze: (node, { shapes, graph }) => {
    const shape = shapes.get(node.inputs[0]!);
    const axes = axesOf(node, graph)?.map((axis) => fromStart(axis, shape?.length ?? 0));
    return shape && axes && shape.filter((_, axis) => !axes.includes(axis));
  },
  Transpose: (node, { shapes }) => {
    const shape = shapes.get(node.inputs[0]!);
    const order = integersAttribute(node, "perm");
    return order ? shape && order.map((axis) => shape[axis]!) : shape?.toReversed();
  },
  Unsqueeze: (node, { shapes, graph }) => {
    const shape = shapes.get(node.inputs[0]!);
    const axes = axesOf(node, graph);
    if (!shape || !axes) return undefined;
    const length = shape.length + axes.length;
    const added = new Set(axes.map((axis) => fromStart(axis, length)));
    const rest = shape.values();
    return Array.from({ length }, (_, axis) => (added.has(axis) ? 1 : rest.next().value!));
  },
};

function axesOf(node: GraphNode, { integers }: EditableGraph): readonly number[] | undefined {
  return node.inputs[1] ? integers.get(node.inputs[1]) : integersAttribute(node, "axes");
}

function fromStart(axis: number, length: number): number {
  return axis < 0 ? axis + length : axis;
}

/** Returns the number of elements of a slice; undefined if it is not known, or if it goes backwards. */
function sliced(size: Size, start: Size, end: Size, step: Size): Size | undefined {
  if (start === 0 && step === 1 && (end === size || (typeof end === "number" && end >= MAX_SIZE))) return size;
  if (typeof size !== "number" || typeof start !== "number" || typeof end !== "number" || typeof step !== "number" || step < 1)
    return undefined;
  return Math.max(0, Math.ceil((boundOf(end, size) - boundOf(start, size)) / step));
}

function boundOf(bound: number, size: number): number {
  return Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size);
}

function broadcast(one: Shape | undefined, other: Shape | undefined): Shape | undefined {
  if (!one || !other) return undefined;
  const length = Math.max(one.length, other.length);
  const sizes: Size[] = [];
  for (let axis = -length; axis < 0; axis++) {
    const [a, b] = [one.at(axis) ?? 1, other.at(axis) ?? 1];
    if (a !== b && a !== 1 && b !== 1) return undefined;
    sizes.push(a === 1 ? b : a);
  }
  return sizes;
}

/** Returns the shape of a Reshape: 0 keeps a size, and -1 is what is left of all elements. */
function reshaped(from: Shape, to: readonly Size[]): Shape | undefined {
  const sizes = to.map((size, axis) => (size === 0 ? from[axis] : size));
  if (sizes.some((size) => size === undefined)) return undefined;
  const unknown = sizes.indexOf(-1);
  if (unknown === -1) return sizes as Shape;
  const size = quotient(product(from), product((sizes as Shape).toSpliced(unknown, 1)));
  return size === undefined ? undefined : (sizes.with(unknown, size) as Shape);
}
