import { FLOAT16, FLOAT32, type GraphNode, type GraphParts, type GraphTensor } from "./graph-parts.ts";

const TYPES: Readonly<Record<number, TableType>> = { [FLOAT32]: "float32", [FLOAT16]: "float16" };
type TableType = "float32" | "float16";

/** A table of embeddings in a file, one row a token, and what makes an output of its rows. */
export interface EmbeddingTable {
  /** Name of the output. */
  readonly output: string;
  /** Name of the file in the graph. */
  readonly file: string;
  /** Of the first row, in bytes. */
  readonly offset: number;
  readonly rows: number;
  /** Elements per row. */
  readonly width: number;
  /** Type of the elements in the file. */
  readonly stored: TableType;
  /** Type of the output; never narrower than `stored`. */
  readonly type: TableType;
  /** What the elements are multiplied by, one after another, in float32. Empty for an output of type float16. */
  readonly scales: readonly number[];
  /** Whether the graph gives the output another shape than (batch, sequence, width); the elements stay in order. */
  readonly reshapes: boolean;
}

/** Longest chain from a table to an output that is followed. */
const MAX_STEPS = 8;

/**
 * Returns the table of each output of a graph that only looks rows up, by the ids `ids`. Returns undefined for a graph that computes
 * anything else, or whose result would round differently here: a product of float16, a cast to fewer bits.
 */
export function findTables(parts: GraphParts, ids: string): readonly EmbeddingTable[] | undefined {
  const producers = new Map(parts.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const tables = parts.outputs.map((output) => tableOf(output, { ...parts, producers, ids }));
  return tables.every((table) => table !== undefined) && tables.length > 0 ? tables : undefined;
}

interface Search extends GraphParts {
  readonly producers: ReadonlyMap<string, GraphNode>;
  readonly ids: string;
}

/** A step from the table to the output. */
type Step = { readonly cast: TableType | undefined } | { readonly scale: number };

function tableOf(output: string, search: Search): EmbeddingTable | undefined {
  const steps: Step[] = [];
  let reshapes = false;
  let value = output;
  for (let count = 0; count < MAX_STEPS; count++) {
    const node = search.producers.get(value);
    const [first = "", second = ""] = node?.inputs ?? [];
    if (node?.op === "Gather") {
      const table = lookUp(node, search, steps);
      return table && withSteps({ output, reshapes, ...table }, steps);
    }
    if (node?.op === "Cast") steps.unshift({ cast: TYPES[node.integers.to ?? 0] });
    else if (node?.op === "Mul") {
      const scale = scalarIn(search.tensors.get(second)) ?? scalarIn(search.tensors.get(first));
      if (scale === undefined) return undefined;
      steps.unshift({ scale });
    } else if (node?.op === "Reshape") reshapes = true;
    else if (node?.op !== "Identity") return undefined;
    value = node.op === "Mul" && search.tensors.has(first) ? second : first;
  }
  return undefined;
}

/** Returns the table that a Gather reads by the token ids; casts of the whole table join the steps. */
function lookUp({ inputs: [data = "", indices = ""], integers }: GraphNode, search: Search, steps: Step[]) {
  if ((integers.axis ?? 0) !== 0 || !isIds(indices, search)) return undefined;
  const cast = search.producers.get(data);
  if (cast?.op === "Cast") steps.unshift({ cast: TYPES[cast.integers.to ?? 0] });
  const tensor = search.tensors.get(cast?.op === "Cast" ? cast.inputs[0]! : data);
  const stored = tensor && TYPES[tensor.dataType];
  const { location, offset = "0" } = tensor?.external ?? {};
  if (!tensor || !stored || location === undefined || tensor.dims.length !== 2) return undefined;
  const [rows, width] = tensor.dims as [number, number];
  return { file: location, offset: Number(offset), rows, width, stored };
}

function isIds(name: string, { producers, ids }: Search): boolean {
  const node = producers.get(name);
  return name === ids || ((node?.op === "Cast" || node?.op === "Identity") && node.inputs[0] === ids);
}

function withSteps(table: Omit<EmbeddingTable, "type" | "scales">, steps: readonly Step[]): EmbeddingTable | undefined {
  let type = table.stored;
  const scales: number[] = [];
  for (const step of steps) {
    if ("scale" in step) {
      if (type !== "float32") return undefined;
      scales.push(step.scale);
    } else {
      if (!step.cast || (type === "float32" && step.cast === "float16")) return undefined;
      type = step.cast;
    }
  }
  return { ...table, type, scales };
}

function scalarIn(tensor: GraphTensor | undefined): number | undefined {
  return tensor?.floats.length === 1 && tensor.dims.every((dim) => dim === 1) && tensor.dims.length <= 3 ? tensor.floats[0] : undefined;
}
