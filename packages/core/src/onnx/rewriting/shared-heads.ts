import { type Connections, connectionsOf } from "./connections.ts";
import type { NewNode } from "./graph-encoding.ts";
import { type EditableGraph, type GraphNode, integersAttribute } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";

/** Axes of queries, keys and values: batch, heads, positions, channels. */
const [BATCH, HEADS, POSITIONS, CHANNELS] = [0, 1, 2, 3];
/** Axis at which copies of a head are added. */
const COPIES = 2;
const SWAPPED = [BATCH, HEADS, CHANNELS, POSITIONS];
/** Most operators between a copy and the product that reads it. */
const MAX_DEPTH = 4;

/** Names of values that the edit adds and that products share. */
const SHARED = { keep: "decodekit.heads.keep", one: "decodekit.heads.one", rest: "decodekit.heads.rest" } as const;
/** Beginning of the names of what the products of the edit return. */
const PRODUCT = "decodekit.heads.product/";

/** Keys or values that a graph copies for each head of the queries that reads them. */
interface CopiedHeads {
  /** Their name before they are copied. */
  readonly source: string;
  /** `Unsqueeze(source, 2)`, `Expand` and `Reshape` to four dimensions. */
  readonly copy: string;
  /** The node that reads the copy: the product, or the first of a few operators before it. */
  readonly reader: GraphNode;
  /** The product, whose second input is made of the copy. */
  readonly product: GraphNode;
}

/**
 * Returns the graph in which keys and values that several heads of queries share are not copied for each of them: these heads
 * become rows of one product. A pass then reads each key and value once, where it would write and read a copy for each head. Sums have the same terms,
 * but may add them in another order. Returns undefined for a graph without such copies, or with subgraphs.
 */
export function withSharedHeads(graph: EditableGraph): EditableGraph | undefined {
  if (graph.nodes.some(({ hasGraph }) => hasGraph)) return undefined;
  const connections = connectionsOf(graph);
  const found = graph.nodes.flatMap((node) => copiedHeads(node, graph, connections) ?? []);
  const isUsable = ({ copy }: CopiedHeads): boolean => found.filter((each) => each.copy === copy).length === 1;
  const copies = found.filter(isUsable);
  if (copies.length === 0) return undefined;
  const renamed = new Map<GraphNode, Readonly<Record<string, string>>>();
  const rename = (node: GraphNode, names: Readonly<Record<string, string>>): void =>
    void renamed.set(node, { ...renamed.get(node), ...names });
  for (const { source, copy, reader, product } of copies) {
    rename(product, { [product.inputs[0]!]: namesOf(product).rows });
    rename(reader, { [copy]: source });
    // What asks a copy for another size than its number of heads can ask its source.
    for (const node of connections.consumers.get(copy)!) if (node.op === "Shape") rename(node, { [copy]: source });
  }
  return applyEdit(graph, {
    inputs: [],
    constants: {
      [SHARED.keep]: { type: "int64", value: 0n },
      [SHARED.one]: { type: "int64", value: 1n },
      [SHARED.rest]: { type: "int64", value: -1n },
    },
    before: new Map(copies.map(({ source, product }) => [product, rowsOf(source, product)])),
    after: new Map(copies.map(({ product }) => [product, [headsOf(product)]])),
    removed: unreadNodes(copies, renamed, { graph, connections }),
    renamed,
    renamedOutputs: new Map(copies.map(({ product }) => [product, { [product.outputs[0]!]: namesOf(product).wide }])),
  });
}

/** Whether a node is a product of the edit, which has at least two rows. */
export function hasSharedHeads({ outputs }: GraphNode): boolean {
  return outputs[0]!.startsWith(PRODUCT);
}

function namesOf({ outputs }: GraphNode): Readonly<Record<"rows" | "heads" | "wide", string>> {
  const output = outputs[0]!;
  return { rows: `decodekit.heads.rows/${output}`, heads: `decodekit.heads.shape/${output}`, wide: `${PRODUCT}${output}` };
}

/** Returns the nodes that make rows of the heads of the product's first input, and find the shape of its result. */
function rowsOf(source: string, product: GraphNode): readonly NewNode[] {
  const { rows, heads } = namesOf(product);
  const [queries] = product.inputs as [string];
  return [...shapeWithHeadsOf(source, rows), ...shapeWithHeadsOf(queries, heads)].concat({
    op: "Reshape",
    inputs: [queries, `${rows}.shape`],
    outputs: [rows],
  });
}

/** Returns the nodes that compute a shape, named `name`.shape, with as many heads as `value` has, and rows for all others. */
function shapeWithHeadsOf(value: string, name: string): readonly NewNode[] {
  const [sizes, heads] = [`${name}.sizes`, `${name}.count`];
  return [
    { op: "Shape", inputs: [value], outputs: [sizes] },
    { op: "Gather", inputs: [sizes, SHARED.one], outputs: [heads] },
    { op: "Concat", inputs: [SHARED.keep, heads, SHARED.rest, SHARED.keep], outputs: [`${name}.shape`], attributes: { axis: 0 } },
  ];
}

function headsOf(product: GraphNode): NewNode {
  const { heads, wide } = namesOf(product);
  return { op: "Reshape", inputs: [wide, `${heads}.shape`], outputs: [product.outputs[0]!] };
}

function copiedHeads(product: GraphNode, graph: EditableGraph, connections: Connections): CopiedHeads | undefined {
  if (product.op !== "MatMul") return undefined;
  const { producers } = connections;
  let reader = product;
  let value = product.inputs[1]!;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const node = producers.get(value);
    if (!node) return undefined;
    const source = copySource(node, graph, connections);
    if (source !== undefined) return isReadOnlyBy(reader, value, graph, connections) ? { source, copy: value, reader, product } : undefined;
    const next = passedThrough(node, graph, connections);
    if (next === undefined || connections.consumers.get(value)!.length > 1 || graph.outputs.includes(value)) return undefined;
    [reader, value] = [node, next];
  }
  return undefined;
}

/** Returns what an operator computes from without moving heads: its only input that is not fixed. */
function passedThrough(node: GraphNode, graph: EditableGraph, connections: Connections): string | undefined {
  const [first, second] = node.inputs as [string, string?];
  if (node.op === "Cast" || node.op === "Identity") return first;
  if (node.op === "Transpose") return String(integersAttribute(node, "perm")) === String(SWAPPED) ? first : undefined;
  if (node.op !== "Mul" && node.op !== "Div") return undefined;
  return second !== undefined && isNumber(second, graph, connections) ? first : undefined;
}

/** Whether a value is one number for all heads, as far as the graph says. */
function isNumber(value: string, graph: EditableGraph, { producers }: Connections): boolean {
  if (graph.scalars.has(value)) return true;
  const node = producers.get(value);
  // A root or a cast of a number that is computed from the size of a head.
  return node !== undefined && ["Cast", "Sqrt"].includes(node.op) && isNumber(node.inputs[0]!, graph, { producers, consumers: new Map() });
}

/** Returns the keys or values that the Reshape copies; undefined for any other node. */
function copySource(reshape: GraphNode, graph: EditableGraph, { producers }: Connections): string | undefined {
  if (reshape.op !== "Reshape" || !hasFourSizes(reshape.inputs[1]!, graph, producers)) return undefined;
  const expand = producers.get(reshape.inputs[0]!);
  if (expand?.op !== "Expand") return undefined;
  const unsqueeze = producers.get(expand.inputs[0]!);
  if (unsqueeze?.op !== "Unsqueeze") return undefined;
  const axes = unsqueeze.inputs[1] === undefined ? integersAttribute(unsqueeze, "axes") : graph.integers.get(unsqueeze.inputs[1]);
  return axes?.length === 1 && axes[0] === COPIES ? unsqueeze.inputs[0] : undefined;
}

function hasFourSizes(shape: string, graph: EditableGraph, producers: Connections["producers"]): boolean {
  const node = producers.get(shape);
  return node?.op === "Concat" ? node.inputs.length === SWAPPED.length : graph.integers.get(shape)?.length === SWAPPED.length;
}

/** Whether nothing but `reader` reads a copy, except for sizes other than the number of its heads. */
function isReadOnlyBy(reader: GraphNode, copy: string, graph: EditableGraph, { consumers }: Connections): boolean {
  const isSize = ({ op, inputs }: GraphNode): boolean => {
    const index = op === "Gather" ? graph.integers.get(inputs[1]!) : undefined;
    return index?.length === 1 && index[0] !== HEADS && index[0] !== HEADS - SWAPPED.length;
  };
  const isKnown = (node: GraphNode): boolean =>
    node === reader || (node.op === "Shape" && (consumers.get(node.outputs[0]!) ?? []).every(isSize));
  return !graph.outputs.includes(copy) && consumers.get(copy)!.every(isKnown);
}

/** Returns the nodes that nothing reads once the copies are not read. */
function unreadNodes(
  copies: readonly CopiedHeads[],
  renamed: ReadonlyMap<GraphNode, Readonly<Record<string, string>>>,
  { graph, connections: { producers } }: { readonly graph: EditableGraph; readonly connections: Connections },
): ReadonlySet<GraphNode> {
  const reads = new Map<string, number>(graph.outputs.map((output) => [output, 1]));
  const count = (value: string, change: number): void => void reads.set(value, (reads.get(value) ?? 0) + change);
  for (const node of graph.nodes) for (const input of node.inputs) count(renamed.get(node)?.[input] ?? input, 1);
  // The new nodes read the heads of these.
  for (const { source, product } of copies) for (const value of [source, product.inputs[0]!]) count(value, 1);
  const removed = new Set<GraphNode>();
  const left = copies.map(({ copy }) => producers.get(copy)!);
  for (let node = left.pop(); node; node = left.pop()) {
    if (removed.has(node) || node.outputs.some((output) => (reads.get(output) ?? 0) > 0)) continue;
    removed.add(node);
    for (const input of node.inputs) {
      count(input, -1);
      const producer = producers.get(input);
      if (producer) left.push(producer);
    }
  }
  return removed;
}
