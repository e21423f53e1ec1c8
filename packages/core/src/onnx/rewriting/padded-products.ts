import { type Connections, connectionsOf, isFixed } from "./connections.ts";
import type { NewNode } from "./graph-encoding.ts";
import { hasSharedHeads } from "./shared-heads.ts";
import { type EditableGraph, type GraphNode } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";

/** Rows from which on the runtime computes a row of a product as it does among any more of them. A single row has a kernel of its own. */
const LEAST_ROWS = 2;
/** Version of the operators from which on Max has integers and Concat and Gather count axes from the end. */
const MIN_OPSET = 12;
const IDS: readonly string[] = ["input_ids", "inputs_embeds"];
/** Attentions in one operator, whose products cannot be padded. */
const FUSED_ATTENTIONS: ReadonlySet<string> = new Set(["Attention", "GroupQueryAttention", "MultiHeadAttention", "PagedAttention"]);
/** Operators between the scores of an attention and its softmax, and between that and the product with the values. */
const SCORES: ReadonlySet<string> = new Set([
  "Add",
  "Cast",
  "Concat",
  "Div",
  "Identity",
  "Mul",
  "Reshape",
  "Slice",
  "Sub",
  "Tanh",
  "Where",
]);
const PROBABILITIES: ReadonlySet<string> = new Set(["Cast", "Dropout", "Identity", "Reshape", "Slice", "Where"]);
/** Operators between the last projection and the logits. */
const ROW_WISE: ReadonlySet<string> = new Set(["Add", "Cast", "Div", "Identity", "Mul", "Sub", "Tanh"]);
const MAX_DEPTH = 8;

/** Names of values that the edit adds and that products share. */
const SHARED = {
  zero: "decodekit.pad.zero",
  one: "decodekit.pad.one",
  least: "decodekit.pad.least",
  rowAxis: "decodekit.pad.axis",
} as const;

/**
 * Returns the graph in which products of floating-point rows have at least two, so that a pass over one token computes its row
 * as a larger pass does, bit for bit: a single row is read twice, and the second result is dropped. Products of integers are exact as they
 * are. Products whose rows are not the pass's tokens, as those of rotary positions, stay as they are. Returns undefined for a graph with
 * subgraphs or fused attentions, or without an attention.
 */
export function withPaddedProducts(graph: EditableGraph): EditableGraph | undefined {
  const ids = IDS.find((name) => graph.inputs.includes(name));
  const isUnknown = ({ op, hasGraph }: GraphNode): boolean => hasGraph || FUSED_ATTENTIONS.has(op);
  if (graph.opset < MIN_OPSET || ids === undefined || graph.nodes.some(isUnknown)) return undefined;
  const connections = connectionsOf(graph);
  const attentions = attentionProducts(graph, connections);
  if (attentions.size === 0) return undefined;
  const products = graph.nodes.filter((node) => (attentions.has(node) && !hasSharedHeads(node)) || isProjection(node, graph, connections));
  const last = lastProjections(graph, connections);
  const padding = paddings(products, { ids, last });
  return applyEdit(graph, {
    inputs: [],
    constants: {
      [SHARED.zero]: { type: "int64", value: 0n },
      [SHARED.one]: { type: "int64", value: 1n },
      [SHARED.least]: { type: "int64", value: BigInt(LEAST_ROWS) },
      [SHARED.rowAxis]: { type: "int64", value: -2n },
    },
    before: new Map(padding.map(({ product, before }) => [product, before])),
    after: new Map(padding.map(({ product, after }) => [product, after])),
    renamed: new Map(padding.map(({ product, padded }) => [product, { [product.inputs[0]!]: padded }])),
    renamedOutputs: new Map(padding.map(({ product, wide }) => [product, { [product.outputs[0]!]: wide }])),
  });
}

/** How one product is padded. */
interface Padding {
  readonly product: GraphNode;
  /** Computes `padded`, unless an earlier product has. */
  readonly before: readonly NewNode[];
  /** What the product reads in place of its first input. */
  readonly padded: string;
  /** What it returns. */
  readonly wide: string;
  /** Computes its output from `wide`. */
  readonly after: readonly NewNode[];
}

/** `last` are the products that may have fewer rows than the pass has tokens. */
function paddings(
  products: readonly GraphNode[],
  { ids, last }: { readonly ids: string; readonly last: ReadonlySet<GraphNode> },
): readonly Padding[] {
  const computed = new Set<string>();
  return products.map((product) => {
    const [source, output] = [product.inputs[0]!, product.outputs[0]!];
    const counted = last.has(product) ? source : ids;
    const [shape, rows, lacking, missing] = ["shape", "rows", "lacking", "missing"].map((part) => `decodekit.pad.${part}/${counted}`) as [
      string,
      string,
      string,
      string,
    ];
    const [extra, padded, wide] = [`decodekit.pad.extra/${source}`, `decodekit.pad.padded/${source}`, `decodekit.pad.product/${output}`];
    const axis = counted === ids ? SHARED.one : SHARED.rowAxis;
    const before: NewNode[] = [];
    if (!computed.has(rows))
      before.push(
        { op: "Shape", inputs: [counted], outputs: [shape] },
        { op: "Gather", inputs: [shape, axis], outputs: [rows] },
        { op: "Sub", inputs: [SHARED.least, rows], outputs: [lacking] },
        { op: "Max", inputs: [lacking, SHARED.zero], outputs: [missing] },
      );
    if (!computed.has(padded))
      before.push(
        { op: "Slice", inputs: [source, SHARED.zero, missing, SHARED.rowAxis], outputs: [extra] },
        { op: "Concat", inputs: [source, extra], outputs: [padded], attributes: { axis: -2 } },
      );
    computed.add(rows).add(padded);
    const after: NewNode[] = [{ op: "Slice", inputs: [wide, SHARED.zero, rows, SHARED.rowAxis], outputs: [output] }];
    return { product, before, padded, wide, after };
  });
}

/** Returns the products of queries and keys, and of their softmax and values. */
function attentionProducts({ nodes, weights }: EditableGraph, { producers, consumers }: Connections): ReadonlySet<GraphNode> {
  const found = new Set<GraphNode>();
  const isProduct = ({ op, inputs }: GraphNode): boolean => op === "MatMul" && inputs.every((input) => !weights.has(input));
  const findScores = (value: string, depth: number): void => {
    const node = producers.get(value);
    if (!node || depth === 0) return;
    if (isProduct(node)) found.add(node);
    else if (SCORES.has(node.op)) for (const input of node.inputs) findScores(input, depth - 1);
  };
  const findValues = (value: string, depth: number): void => {
    for (const node of depth === 0 ? [] : (consumers.get(value) ?? [])) {
      if (isProduct(node) && node.inputs[0] === value) found.add(node);
      else if (PROBABILITIES.has(node.op)) findValues(node.outputs[0]!, depth - 1);
    }
  };
  for (const { op, inputs, outputs } of nodes) {
    if (op !== "Softmax") continue;
    findScores(inputs[0]!, MAX_DEPTH);
    findValues(outputs[0]!, MAX_DEPTH);
  }
  return found;
}

/** Whether a node multiplies floating-point rows by weights. */
function isProjection({ op, inputs }: GraphNode, graph: EditableGraph, connections: Connections): boolean {
  if (op === "MatMulNBits") return true;
  return op === "MatMul" && isFixed(inputs[1]!, graph, connections) && !isFixed(inputs[0]!, graph, connections);
}

/** Returns the products from which the logits are computed row by row. */
function lastProjections(graph: EditableGraph, { producers }: Connections): ReadonlySet<GraphNode> {
  const found = new Set<GraphNode>();
  const find = (value: string, depth: number): void => {
    const node = producers.get(value);
    if (!node || depth === 0) return;
    if (node.op === "MatMul" || node.op === "MatMulNBits") found.add(node);
    else if (ROW_WISE.has(node.op)) for (const input of node.inputs) find(input, depth - 1);
  };
  for (const output of graph.outputs) if (producers.get(output)?.op !== "Concat") find(output, MAX_DEPTH);
  return found;
}
