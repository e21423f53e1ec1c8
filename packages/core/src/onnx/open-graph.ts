import type { InferenceSession } from "onnxruntime-common";
import type { RowConsistency } from "../contracts/model.ts";
import { ModelLoadError } from "../errors.ts";
import { createInference, type InferenceOptions } from "./create-inference.ts";
import type { Runtime } from "./environment/environment.ts";
import type { GraphFiles } from "./model-files.ts";
import type { ModelFolder } from "./model-folder.ts";
import type { Execution } from "./model-source.ts";
import { withEightBitProjection } from "./rewriting/eight-bit-projection.ts";
import { withPlainProducts } from "./rewriting/fused-products.ts";
import { type EditableGraph, readEditableGraph } from "./rewriting/graph-outline-editor.ts";
import { dequantizesOneWeight } from "./rewriting/one-dequantized-weight.ts";
import { withPaddedProducts } from "./rewriting/padded-products.ts";
import { withRowScales } from "./rewriting/row-scales.ts";
import { withRowCount } from "./rewriting/rows.ts";
import { withSharedHeads } from "./rewriting/shared-heads.ts";
import { withSharedShapes } from "./rewriting/shared-shapes.ts";
import { withTreeInputs } from "./rewriting/tree-inputs.ts";
import { readRowConsistency } from "./row-consistency.ts";

export interface OpenGraphOptions extends InferenceOptions {
  readonly rewriting: Rewriting;
}

/**
 * What is added to a graph. "additions": what its exporter left out. "padding": also rows to products, on native, if the graph computes with
 * activations of 8 bits, see `withPaddedProducts`. "none": it is opened as it is.
 */
export type Rewriting = "padding" | "additions" | "none";

export interface OpenedGraph {
  readonly inference: InferenceSession;
  /** What was added. */
  readonly rewriting: Rewriting;
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
  const open = async (each: GraphFiles, added: Rewriting): Promise<OpenedGraph> => {
    const consistency = added === "padding" ? "exact" : readRowConsistency(each.file.outline, runtime.execution);
    const dequantizesWeights = added !== "none" && dequantizesOneWeight(each.file.outline);
    return {
      inference: await createInference(runtime, folder, each, { ...options, dequantizesWeights }),
      rewriting: added,
      rowConsistency: consistency,
    };
  };
  for (const { outline: each, added } of rewriting === "none" ? [] : rewritten(outline, runtime.execution, rewriting)) {
    try {
      return await open({ ...graph, file: { ...graph.file, outline: each } }, added);
    } catch (error) {
      if (!(error instanceof ModelLoadError)) throw error;
    }
  }
  return open(graph, "none");
}

interface RewrittenGraph {
  readonly outline: Uint8Array;
  readonly added: Rewriting;
}

/** Returns the graph with padding; then with inputs for trees in its place; then without either. */
function rewritten(outline: Uint8Array, execution: Execution, rewriting: Rewriting): readonly RewrittenGraph[] {
  const isNative = execution === "native";
  const most = edited(outline, [
    withScaledRows,
    // Kernels that multiply integers of 8 bits in blocks are fast on native only.
    ...(isNative ? [withEightBitProjection] : []),
    withSharedHeads,
    withSharedShapes,
    withRowCount,
  ]);
  // On a GPU, a fused attention with a bias is another, slower one.
  const trees = withTreeInputs(most, { fusedBias: execution !== "webgpu" });
  // Without inputs for trees: the rows of a tree are sums in another order, which 8 bits would turn into other steps.
  const isPadded = rewriting === "padding" && isNative && readRowConsistency(most, execution) === "approximate";
  const padded = isPadded ? withPaddedProducts(most) : undefined;
  return [
    ...(padded ? [{ outline: padded, added: "padding" as const }] : []),
    ...[trees, most === outline ? undefined : most]
      .filter((each) => each !== undefined)
      .map((each) => ({ outline: each, added: "additions" as const })),
  ];
}

/** Returns the encoded ModelProto with an edit; undefined if the graph has nothing to edit. */
type GraphEdit = (outline: Uint8Array, graph: EditableGraph) => Uint8Array | undefined;

function edited(outline: Uint8Array, edits: readonly GraphEdit[]): Uint8Array {
  let result = outline;
  let graph = readEditableGraph(outline);
  for (const edit of edits) {
    const next = edit(result, graph);
    if (!next) continue;
    result = next;
    graph = readEditableGraph(next);
  }
  return result;
}

function withScaledRows(outline: Uint8Array, graph: EditableGraph): Uint8Array | undefined {
  const plain = withPlainProducts(outline, graph);
  return plain ? withRowScales(plain) : withRowScales(outline, graph);
}
