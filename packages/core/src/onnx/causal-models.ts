import { DisposedError } from "../errors.ts";
import type { CausalModel } from "../contracts/model.ts";
import type { CausalGraph } from "./causal-graph.ts";
import type { LazyCanvas } from "./lazy-canvas.ts";
import type { OnnxLanguageModel } from "./onnx-language-model.ts";
import { returnsStates } from "./hidden-states.ts";
import { onnxMaskedModel } from "./masked-session.ts";
import { createOnnxSession } from "./onnx-session.ts";
import { type OpenedModel, releaseGraphs } from "./open-model.ts";
import { probePasses } from "./probe-passes.ts";
import { worseConsistency } from "./row-consistency.ts";
import { releaseInTurn } from "./runtime-queue.ts";

/** Probes the passes of a graph. Returns false for a rewritten graph that must be opened with less. */
export async function passesAreRight(
  graph: CausalGraph,
  { rewriting, warn }: Pick<OpenedModel, "rewriting" | "warn">,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    const probe = await probePasses(graph, signal);
    if (rewriting !== "none" && (probe.rows === "failed" || probe.rows === "mixed")) return false;
    if (rewriting === "padding" && probe.rows !== "exact") return false;
    if (probe.rows === "failed") {
      graph.multiTokenPasses = false;
      warn(`${graph.source} cannot be read several tokens at a time (${probe.reason}). It reads them one by one.`);
    } else graph.rowConsistency = worseConsistency(graph.rowConsistency, probe.rows);
    if (graph.rowConsistency === "mixed") {
      const consequence = "a decoder that verifies drafts may return another text than one that reads token by token";
      warn(`${graph.source} gives a token other logits if it is read in a pass with others: ${consequence}.`);
    }
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    if (rewriting !== "none") return false;
    throw error;
  }
}

/** Returns the models of a graph whose passes were probed. */
export function modelsOf(
  graph: CausalGraph,
  canvas: LazyCanvas | undefined,
): Pick<OnnxLanguageModel, "causal" | "masked" | "execution" | "dispose" | typeof Symbol.asyncDispose> {
  const { vocabSize, contextLength, queue, runtime } = graph;
  const causal: CausalModel = {
    kind: "causal",
    vocabSize,
    contextLength,
    capabilities: {
      rewind: true,
      fork: true,
      tree: (canvas !== undefined && !returnsStates(graph.signature)) || graph.readsTrees,
      ...(graph.signature.hiddenStates && { hiddenStates: true }),
      ...(graph.hiddenLayers.length > 0 && { hiddenLayers: graph.hiddenLayers }),
      ...(!graph.multiTokenPasses && { multiTokenPasses: false }),
      rowConsistency: graph.rowConsistency,
    },
    ...(graph.draftHead && { draftHead: graph.draftHead.head }),
    async createSession() {
      if (graph.disposed) throw new DisposedError("model");
      return createOnnxSession(graph);
    },
  };
  return {
    causal,
    ...(canvas && { masked: onnxMaskedModel(graph, canvas, causal) }),
    execution: runtime.execution,
    async dispose() {
      if (graph.disposed) return;
      graph.disposed = true;
      await graph.draftHead?.release();
      await releaseGraphs(graph);
      await releaseInTurn(queue, () => canvas?.release());
    },
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
}
