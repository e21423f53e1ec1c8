import type { Runtime } from "../environment/environment.ts";
import type { GraphFiles } from "../model-files.ts";
import type { ModelFolder } from "../model-folder.ts";
import type { Embeddings } from "./embeddings.ts";
import { type EmbeddingOptions, graphEmbeddings } from "./graph-embeddings.ts";
import { tableEmbeddings } from "./table-embeddings.ts";

export interface OpenEmbeddingsOptions extends EmbeddingOptions {
  /** Whether rows may be read from the tables' files in place of running the graph. */
  readonly readsTables: boolean;
}

/**
 * Opens the embedding graph of a decoder, or only its files if it does nothing but look rows up.
 * @throws ModelShapeError if it does not return what the decoder reads. @throws the errors of `createInference`.
 */
export async function openEmbeddings(
  runtime: Runtime,
  folder: ModelFolder,
  graph: GraphFiles,
  { readsTables, ...options }: OpenEmbeddingsOptions,
): Promise<Embeddings> {
  const { decoder, ids } = options;
  const tables = readsTables && (await tableEmbeddings(graph, { ort: runtime.ort, source: folder.describe(graph.path), decoder, ids }));
  return tables || graphEmbeddings(runtime, folder, graph, options);
}
