import { CAST_TO_UINT8, type Constant, type NewNode } from "./graph-encoding.ts";
import { separateBiases } from "./separate-bias.ts";
import { type EditableGraph, type GraphNode } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";

/** Version of the operators from which on ReduceMax takes its axes as an input. */
const AXES_AS_INPUT = 18;
/** Version of the operators from which on Max broadcasts. */
const MIN_OPSET = 8;
/** Integers are 1 to 255 around a zero point of 128: the same range on both sides. */
const [LARGEST, ZERO_POINT] = [127, 128];

/** Names of values that the edit adds and that nodes share. */
const SHARED = {
  divisor: "decodekit.quantize.divisor",
  offset: "decodekit.quantize.offset",
  least: "decodekit.quantize.least",
  axes: "decodekit.quantize.axes",
} as const;

/**
 * Returns the graph in which the inputs of 8-bit products are quantised row by row, or undefined for one without any.
 * DynamicQuantizeLinear has one scale for a whole pass, so a row's result depends on the other rows of the pass, later tokens included.
 * Here row x has the scale max|x| / 127 and zero point 128, and the product of integers is the same. What is not of the form that
 * exporters write, `Cast(MatMulInteger(q(x), W)) × (scale × weight scale)`, stays as it is.
 */
export function withRowScales(graph: EditableGraph): EditableGraph | undefined {
  if (graph.opset < MIN_OPSET || graph.nodes.some(({ hasGraph }) => hasGraph)) return undefined;
  const consumers = consumersOf(graph);
  const found = graph.nodes.filter((node) => node.op === "DynamicQuantizeLinear" && feedsProductsOnly(node, consumers, graph));
  if (found.length === 0) return undefined;
  const biases = separateBiases(graph, new Set(found.map(({ outputs }) => outputs[1]!)));
  return applyEdit(graph, {
    inputs: [],
    constants: { ...sharedConstants(graph.opset), ...Object.fromEntries(found.map(zeroPoint)) },
    before: new Map([...found.map((node) => [node, quantizeRows(node, graph.opset)] as const), ...biases]),
    removed: new Set([...found, ...biases.keys()]),
    renamed: new Map(),
  });
}

/** The values of one quantisation by rows. */
export interface RowQuantization {
  /** What is quantised. */
  readonly source: string;
  /** Its scales, shape (…, 1). */
  readonly scale: string;
  /** The nodes that read the source. */
  readonly readers: readonly GraphNode[];
}

/** Returns the quantisation that `withRowScales` wrote for a value of integers, or undefined for any other value. */
export function rowQuantizationOf(quantized: string, { nodes }: EditableGraph): RowQuantization | undefined {
  const names = namesOf(quantized);
  const readers = nodes.filter(({ outputs }) => outputs[0] === names.absolute || outputs[0] === names.quotient);
  const quotient = readers.find(({ outputs }) => outputs[0] === names.quotient);
  if (!quotient) return undefined;
  const [source, scale] = quotient.inputs as [string, string];
  return { source, scale, readers };
}

/** Whether a node computes the scales of a quantisation that `withRowScales` wrote. */
export function computesRowScales({ inputs }: GraphNode): boolean {
  return inputs[1] === SHARED.divisor;
}

function namesOf(quantized: string): Readonly<Record<"absolute" | "largest" | "positive" | "quotient" | "shifted", string>> {
  const name = (part: string): string => `decodekit.quantize.${part}/${quantized}`;
  return {
    absolute: name("absolute"),
    largest: name("largest"),
    positive: name("positive"),
    quotient: name("quotient"),
    shifted: name("shifted"),
  };
}

function quantizeRows({ inputs, outputs }: GraphNode, opset: number): readonly NewNode[] {
  const [source] = inputs as [string];
  const [quantized, scale] = outputs as [string, string];
  const { absolute, largest, positive, quotient, shifted } = namesOf(quantized);
  const reduction: NewNode =
    opset < AXES_AS_INPUT
      ? { op: "ReduceMax", inputs: [absolute], outputs: [largest], attributes: { axes: [-1] } }
      : { op: "ReduceMax", inputs: [absolute, SHARED.axes], outputs: [largest] };
  return [
    { op: "Abs", inputs: [source], outputs: [absolute] },
    reduction,
    // A row of zeros has a scale too.
    { op: "Max", inputs: [largest, SHARED.least], outputs: [positive] },
    { op: "Div", inputs: [positive, SHARED.divisor], outputs: [scale] },
    { op: "Div", inputs: [source, scale], outputs: [quotient] },
    { op: "Add", inputs: [quotient, SHARED.offset], outputs: [shifted] },
    { op: "Cast", inputs: [shifted], outputs: [quantized], attributes: { to: CAST_TO_UINT8 } },
  ];
}

function sharedConstants(opset: number): Readonly<Record<string, Constant>> {
  return {
    [SHARED.divisor]: { type: "float32", value: LARGEST },
    // Cast drops the fraction, so one half more rounds to the nearest integer.
    [SHARED.offset]: { type: "float32", value: ZERO_POINT + 0.5 },
    [SHARED.least]: { type: "float32", value: 1e-30 },
    ...(opset >= AXES_AS_INPUT && { [SHARED.axes]: { type: "int64" as const, value: -1n } }),
  };
}

function zeroPoint({ outputs }: GraphNode): [string, Constant] {
  return [outputs[2]!, { type: "uint8", value: ZERO_POINT }];
}

/** Whether the outputs of a quantisation are read by products, and its scale by what scales these, and by nothing else. */
function feedsProductsOnly({ outputs }: GraphNode, consumers: ReadonlyMap<string, readonly GraphNode[]>, graph: EditableGraph): boolean {
  const [quantized, scale, zero] = outputs as [string, string, string | undefined];
  const readersOf = (value: string | undefined): readonly GraphNode[] => (value ? (consumers.get(value) ?? []) : []);
  const products = readersOf(quantized);
  if (!zero || products.length === 0 || outputs.some((output) => graph.outputs.includes(output))) return false;
  const isProduct = ({ op, inputs }: GraphNode): boolean => op === "MatMulInteger" && inputs[0] === quantized && inputs[2] === zero;
  if (!products.every(isProduct) || !readersOf(zero).every(isProduct)) return false;
  return readersOf(scale).every((node) => node.op === "Mul" && node.inputs.some((input) => graph.weights.has(input)));
}

function consumersOf({ nodes }: EditableGraph): ReadonlyMap<string, readonly GraphNode[]> {
  const consumers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const input of node.inputs) consumers.set(input, [...(consumers.get(input) ?? []), node]);
  }
  return consumers;
}
