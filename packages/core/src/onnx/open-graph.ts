import type { InferenceSession } from "onnxruntime-common";
import type { RowConsistency } from "../contracts/model.ts";
import { ModelLoadError } from "../errors.ts";
import { createInference, type InferenceOptions } from "./create-inference.ts";
import type { Runtime } from "./environment/environment.ts";
import type { GraphFiles } from "./model-files.ts";
import type { ModelFolder } from "./model-folder.ts";
import type { Execution } from "./model-source.ts";
import { withEightBitProjection } from "./rewriting/eight-bit-projection.ts";
import { withHiddenStates } from "./rewriting/hidden-states.ts";
import { withLayerStates } from "./rewriting/layer-states.ts";
import { withPlainProducts } from "./rewriting/fused-products.ts";
import { type EditableGraph, readEditableGraph } from "./rewriting/editable-graph.ts";
import { encodeEditedGraph } from "./rewriting/graph-edit.ts";
import { dequantizesOneWeight } from "./rewriting/one-dequantized-weight.ts";
import { withNewPositions } from "./rewriting/new-positions.ts";
import { withPaddedProducts } from "./rewriting/padded-products.ts";
import { withRowScales } from "./rewriting/row-scales.ts";
import { withRowCount } from "./rewriting/rows.ts";
import { withSharedHeads } from "./rewriting/shared-heads.ts";
import { withSharedShapes } from "./rewriting/shared-shapes.ts";
import { withTreeInputs } from "./rewriting/tree-inputs.ts";
import { readRowConsistency } from "./row-consistency.ts";

export interface OpenGraphOptions extends InferenceOptions {
  readonly rewriting: Rewriting;
  /** Whether the graph may return the new positions of its cache only: no other graph has the same cache. */
  readonly ownsCache: boolean;
  /** Whether the graph is to return its hidden states. */
  readonly hiddenStates: boolean;
  /** Layers whose states the graph is to return, none if it is empty. */
  readonly hiddenLayers: readonly number[];
  /** Name of the input of token ids. */
  readonly ids: string;
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
  { rewriting, ownsCache, hiddenStates, hiddenLayers, ids, ...options }: OpenGraphOptions,
): Promise<OpenedGraph> {
  const open = async (each: GraphFiles, { added, dequantizesWeights }: Omit<RewrittenGraph, "outline">): Promise<OpenedGraph> => ({
    inference: await createInference(runtime, folder, each, { ...options, dequantizesWeights }),
    rewriting: added,
    rowConsistency: added === "padding" ? "exact" : readRowConsistency(each.file.outline, runtime.execution),
  });
  const { execution } = runtime;
  const candidates =
    rewriting === "none"
      ? []
      : rewrittenGraphs(graph.file.outline, {
          execution,
          rewriting,
          states: withStates({ hiddenStates, hiddenLayers, ids }),
          returnsNew: ownsCache && execution !== "webgpu",
        });
  for (const { outline, ...rewritten } of candidates) {
    try {
      return await open({ ...graph, file: { ...graph.file, outline } }, rewritten);
    } catch (error) {
      if (!(error instanceof ModelLoadError)) throw error;
    }
  }
  return open(graph, { added: "none", dequantizesWeights: false });
}

interface RewrittenGraph {
  readonly outline: Uint8Array;
  readonly added: Rewriting;
  /** Whether weights are dequantized when the graph is loaded. */
  readonly dequantizesWeights: boolean;
}

interface RewritingOptions {
  readonly execution: Execution;
  readonly rewriting: Rewriting;
  /** Whether the graph returns the new positions of its cache only. */
  readonly returnsNew: boolean;
  /** Adds outputs of hidden states. */
  readonly states: (graph: EditableGraph) => EditableGraph | undefined;
}

/** Returns the graph with padding; then with inputs for trees in its place; then without either. */
function* rewrittenGraphs(outline: Uint8Array, { execution, rewriting, returnsNew, states }: RewritingOptions): Iterable<RewrittenGraph> {
  const isNative = execution === "native";
  const graph = readEditableGraph(outline);
  const most = edited(graph, [
    states,
    withScaledRows,
    // Kernels that multiply integers of 8 bits in blocks are fast on native only.
    ...(isNative ? [withEightBitProjection] : []),
    withSharedHeads,
    withSharedShapes,
    withRowCount,
  ]);
  const finished = (each: EditableGraph): EditableGraph => (returnsNew && withNewPositions(each)) || each;
  const as = (added: Rewriting, each: EditableGraph): RewrittenGraph => ({
    outline: encodeEditedGraph(each),
    added,
    dequantizesWeights: dequantizesOneWeight(each),
  });
  // Without inputs for trees: the rows of a tree are sums in another order, which 8 bits would turn into other steps.
  const isPadded = rewriting === "padding" && isNative && readRowConsistency(encodeEditedGraph(most), execution) === "approximate";
  const padded = isPadded ? withPaddedProducts(most) : undefined;
  if (padded) yield as("padding", finished(padded));
  // On a GPU, a fused attention with a bias is another, slower one.
  const trees = withTreeInputs(most, { fusedBias: execution !== "webgpu" });
  if (trees) yield as("additions", finished(trees));
  const plain = finished(most);
  if (plain !== graph) yield as("additions", plain);
}

function edited(graph: EditableGraph, edits: readonly ((graph: EditableGraph) => EditableGraph | undefined)[]): EditableGraph {
  return edits.reduce((result, edit) => edit(result) ?? result, graph);
}

/** Returns what adds the outputs of hidden states that are asked for. Other rewritings come after it: they may change what it looks for. */
function withStates({
  hiddenStates,
  hiddenLayers,
  ids,
}: Pick<OpenGraphOptions, "hiddenStates" | "hiddenLayers" | "ids">): RewritingOptions["states"] {
  return (graph) => {
    const withLast = (hiddenStates && withHiddenStates(graph)) || graph;
    return hiddenLayers.length > 0 ? (withLayerStates(withLast, hiddenLayers, ids) ?? withLast) : withLast;
  };
}

function withScaledRows(graph: EditableGraph): EditableGraph | undefined {
  return withRowScales(withPlainProducts(graph) ?? graph);
}
