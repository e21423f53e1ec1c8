import { FLOAT16, FLOAT32, INT8, UINT8, type GraphNode, type GraphParts, type GraphTensor } from "./graph-parts.ts";

const TYPES: Readonly<Record<number, StoredType>> = { [FLOAT32]: "float32", [FLOAT16]: "float16", [UINT8]: "uint8", [INT8]: "int8" };
type StoredType = "float32" | "float16" | "uint8" | "int8";

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
  readonly stored: StoredType;
  /** The stored number that stands for 0 in a table of 8 bits; 0 for any other. */
  readonly zero: number;
  /** Type of the output; never narrower than `stored`. */
  readonly type: "float32" | "float16";
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
type Step = { readonly cast: StoredType | undefined } | { readonly scale: number; readonly zero?: number };

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
    if (node?.op === "Cast" || node?.op === "DequantizeLinear") {
      const step = conversion(node, search);
      if (!step) return undefined;
      steps.unshift(step);
    } else if (node?.op === "Mul") {
      const scale = scalarIn(search.tensors.get(second)) ?? scalarIn(search.tensors.get(first));
      if (scale === undefined) return undefined;
      steps.unshift({ scale });
    } else if (node?.op === "Reshape") reshapes = true;
    else if (node?.op !== "Identity") return undefined;
    value = node.op === "Mul" && search.tensors.has(first) ? second : first;
  }
  return undefined;
}

/** Returns what a node does to each number of a table or of its rows; undefined if it does not convert them, or from more than 8 bits. */
function conversion({ op, inputs, integers }: GraphNode, { tensors }: Search): Step | undefined {
  if (op === "Cast") return { cast: TYPES[integers.to ?? 0] };
  if (op !== "DequantizeLinear") return undefined;
  const [, scale = "", zero] = inputs;
  const factor = scalarIn(tensors.get(scale));
  const point = zero === undefined || zero === "" ? 0 : scalarIn(tensors.get(zero));
  return factor === undefined || point === undefined ? undefined : { scale: factor, zero: point };
}

/** Returns the table that a Gather reads by the token ids; a conversion of the whole table joins the steps. */
function lookUp({ inputs: [data = "", indices = ""], integers }: GraphNode, search: Search, steps: Step[]) {
  if ((integers.axis ?? 0) !== 0 || !isIds(indices, search)) return undefined;
  const whole = search.producers.get(data);
  const step = whole && conversion(whole, search);
  if (step) steps.unshift(step);
  const tensor = search.tensors.get(step ? whole.inputs[0]! : data);
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

function withSteps(table: Omit<EmbeddingTable, "type" | "scales" | "zero">, steps: readonly Step[]): EmbeddingTable | undefined {
  let type = table.stored;
  let zero = 0;
  const scales: number[] = [];
  for (const step of steps) {
    const isInteger = type === "uint8" || type === "int8";
    if ("cast" in step) {
      // A cast to fewer bits rounds.
      if (isInteger || (step.cast !== "float32" && step.cast !== type)) return undefined;
      type = step.cast;
    } else {
      if (isInteger !== (step.zero !== undefined) || type === "float16") return undefined;
      zero = step.zero ?? zero;
      scales.push(step.scale);
      type = "float32";
    }
  }
  return type === "float32" || type === "float16" ? { ...table, type, zero, scales } : undefined;
}

function scalarIn(tensor: GraphTensor | undefined): number | undefined {
  return tensor?.values.length === 1 && tensor.dims.every((dim) => dim === 1) && tensor.dims.length <= 3 ? tensor.values[0] : undefined;
}
