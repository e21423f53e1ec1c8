import type { InferenceSession } from "onnxruntime-common";
import { ModelLoadError } from "../errors.ts";
import { createInference, type InferenceOptions } from "./create-inference.ts";
import type { Runtime } from "./environment/environment.ts";
import type { GraphFiles } from "./model-files.ts";
import type { ModelFolder } from "./model-folder.ts";
import { withRowCount } from "./rewriting/rows.ts";

export interface OpenGraphOptions extends InferenceOptions {
  /** Whether to add what the graph's exporter left out. */
  readonly rewriting: boolean;
}

/**
 * Creates the inference session of a causal graph, rewritten if possible; if the runtime refuses the rewritten graph, of the graph as it is.
 * @throws the errors of `createInference`.
 */
export async function openGraph(
  runtime: Runtime,
  folder: ModelFolder,
  graph: GraphFiles,
  { rewriting, ...options }: OpenGraphOptions,
): Promise<InferenceSession> {
  const outline = rewriting ? withRowCount(graph.file.outline) : undefined;
  if (!outline) return createInference(runtime, folder, graph, options);
  try {
    return await createInference(runtime, folder, { ...graph, file: { ...graph.file, outline } }, options);
  } catch (error) {
    if (!(error instanceof ModelLoadError)) throw error;
    return createInference(runtime, folder, graph, options);
  }
}
