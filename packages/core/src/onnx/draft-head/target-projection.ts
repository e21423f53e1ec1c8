import type { Tensor } from "onnxruntime-common";
import { ModelLoadError, ModelShapeError } from "../../errors.ts";
import { createInference } from "../create-inference.ts";
import type { BufferPool } from "../gpu-rows/buffer-pool.ts";
import { readLogits } from "../logits-rows.ts";
import { queueOf, releaseInTurn } from "../runtime-queue.ts";
import { readEditableGraph } from "../rewriting/editable-graph.ts";
import { findHiddenStates } from "../rewriting/hidden-states.ts";
import { subgraphOf } from "../rewriting/subgraph.ts";
import { floatTensor } from "./float-tensors.ts";
import { disposeOutputs } from "../graph-pass.ts";
import type { LendingTarget } from "./target-embeddings.ts";

/** A target's last projection as a graph of its own. */
export interface Projection {
  /** Returns the logits of `states`, shape (rows, size): one row each, shape (vocabSize,), which the caller owns. */
  rows(states: Float32Array, rows: number, signal: AbortSignal | undefined): Promise<readonly Float32Array[]>;
  release(): Promise<void>;
}

/**
 * Opens the last projection of a target, with what follows it, for hidden states that a draft head computes. The runtime holds its weights
 * once more: hidden size × vocabulary in the type of the file, 113 MB of float32 for SmolLM2-135M.
 * @throws ModelShapeError if the last projection is not found.
 */
export async function openProjection(target: LendingTarget, logits: string, buffers: BufferPool): Promise<Projection> {
  const { runtime, folder, graph, embeddings: _embeddings, ids: _ids, ...options } = target;
  const source = folder.describe(graph.path);
  const editable = readEditableGraph(graph.file.outline);
  const name = logits === "logits" ? findHiddenStates(editable)?.source : undefined;
  for (const type of ["float32", "float16"] as const) {
    const outline =
      name === undefined
        ? undefined
        : subgraphOf(editable, { inputs: [{ name, type, dims: [1, undefined, undefined] }], outputs: [logits] });
    if (name === undefined || !outline) break;
    try {
      const inference = await createInference(runtime, folder, { ...graph, file: { ...graph.file, outline } }, options);
      const queue = queueOf(runtime.ort);
      return {
        async rows(states, rows, signal) {
          const feeds = { [name]: floatTensor(runtime.ort, type, states, [1, rows, states.length / rows]) };
          const outputs = await queue.enqueue(() => inference.run(feeds), { signal, discard: disposeOutputs });
          try {
            const read = await readLogits({ runtime, source, buffers }, outputs[logits] as Tensor, { rows });
            return Array.from({ length: rows }, (_, index) => read.row(index).slice());
          } finally {
            disposeOutputs(outputs);
          }
        },
        release: () => releaseInTurn(queue, () => inference.release()),
      };
    } catch (error) {
      // The graph may project states of the other type.
      if (!(error instanceof ModelLoadError) || type === "float16") throw error;
    }
  }
  const expected = "computed from hidden states by one last projection, which the draft head borrows";
  throw new ModelShapeError({ source, tensor: logits, expected, actual: "a graph in which it was not found" });
}
