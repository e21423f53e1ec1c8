import type { Tensor } from "onnxruntime-common";
import { ModelLoadError, ModelShapeError } from "../../errors.ts";
import { createInference, type InferenceOptions } from "../create-inference.ts";
import { type Embeddings, INPUTS_EMBEDS } from "../embeddings/embeddings.ts";
import { findTables } from "../embeddings/find-tables.ts";
import { readGraphParts } from "../embeddings/graph-parts.ts";
import { readRows } from "../embeddings/table-embeddings.ts";
import type { Runtime } from "../environment/environment.ts";
import { bytesOfHeld } from "../held-file.ts";
import { idTensor } from "../id-tensor.ts";
import type { GraphFiles } from "../model-files.ts";
import type { ModelFolder } from "../model-folder.ts";
import { queueOf, releaseInTurn } from "../runtime-queue.ts";
import { readEditableGraph } from "../rewriting/editable-graph.ts";
import { findEmbeddings } from "../rewriting/residual-stream.ts";
import { subgraphOf } from "../rewriting/subgraph.ts";
import { takeFloats } from "./float-tensors.ts";

/** A target whose parts a draft head borrows. */
export interface LendingTarget extends InferenceOptions {
  readonly runtime: Runtime;
  readonly folder: ModelFolder;
  /** The target's graph as it was read. */
  readonly graph: GraphFiles;
  /** What turns tokens into the graph's inputs, if it reads embeddings. */
  readonly embeddings: Embeddings | undefined;
  /** Name of its input of token ids. */
  readonly ids: string;
}

/** Looks up the embeddings of a model's tokens. */
export interface TokenEmbeddings {
  /** Number of values of an embedding. */
  readonly size: number;
  /** Returns the embeddings of `tokens`, float32, shape (tokens, size). The caller owns them. */
  of(tokens: Int32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Most embeddings that are kept in memory. */
const MAX_KEPT = 1024;

/**
 * Opens the embeddings of a target without holding its table again: rows are read from the file that holds them, or by the target's own
 * embedding graph. Only packed rows (GatherBlockQuantized) need a graph of their own, which holds them once more.
 * @throws ModelShapeError if the graph looks no table up by token ids.
 */
export async function openTargetEmbeddings(target: LendingTarget): Promise<TokenEmbeddings> {
  const rows = target.embeddings ? ownEmbeddings(target, target.embeddings) : await fromGraph(target);
  try {
    const kept = new Map<number, Float32Array>();
    const { length: size } = await rows.read(Int32Array.of(0));
    return {
      size,
      async of(tokens) {
        const missing = Int32Array.from(new Set(tokens.filter((token) => !kept.has(token))));
        const values = missing.length > 0 ? await rows.read(missing) : new Float32Array(0);
        const fresh = new Map(Array.from(missing, (token, index) => [token, values.subarray(index * size, (index + 1) * size)] as const));
        const result = new Float32Array(tokens.length * size);
        for (const [index, token] of tokens.entries()) result.set((fresh.get(token) ?? kept.get(token))!, index * size);
        if (kept.size + fresh.size > MAX_KEPT) kept.clear();
        if (fresh.size <= MAX_KEPT) for (const [token, row] of fresh) kept.set(token, row.slice());
        return result;
      },
      release: () => rows.release(),
    };
  } catch (error) {
    await rows.release();
    throw error;
  }
}

interface RowReader {
  read(tokens: Int32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

function ownEmbeddings({ runtime, folder, graph }: LendingTarget, embeddings: Embeddings): RowReader {
  return {
    async read(tokens) {
      const { [INPUTS_EMBEDS]: rows, ...others } = await queueOf(runtime.ort).enqueue(() => embeddings.read(tokens));
      for (const other of Object.values(others)) other.dispose();
      if (rows) return takeFloats(rows);
      throw notFound(folder.describe(graph.path), INPUTS_EMBEDS);
    },
    release: async () => undefined,
  };
}

async function fromGraph(target: LendingTarget): Promise<RowReader> {
  const { folder, graph, ids, runtime } = target;
  const source = folder.describe(graph.path);
  const editable = readEditableGraph(graph.file.outline);
  const name = findEmbeddings(editable, ids);
  if (name === undefined) throw notFound(source, ids);
  const [table] = findTables({ ...readGraphParts(graph.file.outline), outputs: [name] }, ids) ?? [];
  const held = table && graph.weights.get(table.file);
  if (!held) return computedRows(target, editable, name);
  const reader = { ort: runtime.ort, source, table, inner: [table.width] };
  return {
    async read(tokens) {
      // Opened for each read: a file that stays open outlives a model that nobody disposes.
      const file = await bytesOfHeld(held);
      try {
        return await takeFloats(await readRows(reader, file, tokens));
      } finally {
        await file.close();
      }
    },
    release: async () => undefined,
  };
}

/** Runs the part of the target's graph that looks rows up. */
async function computedRows(
  { runtime, folder, graph, ids, ...options }: LendingTarget,
  editable: ReturnType<typeof readEditableGraph>,
  name: string,
): Promise<RowReader> {
  const queue = queueOf(runtime.ort);
  for (const type of ["int64", "int32"] as const) {
    const outline = subgraphOf(editable, { inputs: [{ name: ids, type, dims: [1, undefined] }], outputs: [name] });
    if (!outline) break;
    try {
      const inference = await createInference(runtime, folder, { ...graph, file: { ...graph.file, outline } }, options);
      return {
        async read(tokens) {
          const feeds = { [ids]: idTensor(runtime.ort, type, tokens.length, (index) => tokens[index]!) };
          const outputs = await queue.enqueue(() => inference.run(feeds));
          return takeFloats(outputs[name] as Tensor);
        },
        release: () => releaseInTurn(queue, () => inference.release()),
      };
    } catch (error) {
      // The graph may read ids of the other type.
      if (!(error instanceof ModelLoadError) || type === "int32") throw error;
    }
  }
  throw notFound(folder.describe(graph.path), ids);
}

function notFound(source: string, ids: string): ModelShapeError {
  const expected = "looked up in a table of embeddings, which a draft head borrows";
  return new ModelShapeError({ source, tensor: ids, expected, actual: "a graph in which no such table was found" });
}
