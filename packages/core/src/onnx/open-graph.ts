import type { InferenceSession } from "onnxruntime-common";
import type { RowConsistency } from "../contracts/model.ts";
import { ModelLoadError } from "../errors.ts";
import { createInference, type InferenceOptions } from "./create-inference.ts";
import type { Runtime } from "./environment/environment.ts";
import type { GraphFiles } from "./model-files.ts";
import type { ModelFolder } from "./model-folder.ts";
import type { Execution } from "./model-source.ts";
import { withPlainProducts } from "./rewriting/fused-products.ts";
import { readEditableGraph } from "./rewriting/graph-outline-editor.ts";
import { withRowScales } from "./rewriting/row-scales.ts";
import { withRowCount } from "./rewriting/rows.ts";
import { withTreeInputs } from "./rewriting/tree-inputs.ts";
import { readRowConsistency } from "./row-consistency.ts";

export interface OpenGraphOptions extends InferenceOptions {
  /** Whether to add what the graph's exporter left out. */
  readonly rewriting: boolean;
}

export interface OpenedGraph {
  readonly inference: InferenceSession;
  /** Whether something was added. */
  readonly isRewritten: boolean;
  /** What its operators do to the rows of a pass. */
  readonly rowConsistency: RowConsistency;
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
): Promise<OpenedGraph> {
  const { outline } = graph.file;
  const open = async (each: GraphFiles): Promise<OpenedGraph> => {
    const inference = await createInference(runtime, folder, each, options);
    return { inference, isRewritten: each !== graph, rowConsistency: readRowConsistency(each.file.outline, runtime.execution) };
  };
  for (const each of rewriting ? rewritten(outline, runtime.execution) : []) {
    try {
      return await open({ ...graph, file: { ...graph.file, outline: each } });
    } catch (error) {
      if (!(error instanceof ModelLoadError)) throw error;
    }
  }
  return open(graph);
}

/** Returns the graph with all that can be added; then, if that includes inputs for trees, with all but those. */
function rewritten(outline: Uint8Array, execution: Execution): readonly Uint8Array[] {
  const graph = readEditableGraph(outline);
  const plain = withPlainProducts(outline, graph);
  const scaled = plain ? withRowScales(plain) : withRowScales(outline, graph);
  const counted = scaled ? (withRowCount(scaled) ?? scaled) : withRowCount(outline, graph);
  // On a GPU, a fused attention with a bias is another, slower one.
  const trees = withTreeInputs(counted ?? outline, { fusedBias: execution !== "webgpu" });
  return [trees, counted].filter((each) => each !== undefined);
}
