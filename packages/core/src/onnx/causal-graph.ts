import type { InferenceSession } from "onnxruntime-common";
import type { RowConsistency } from "../contracts/model.ts";
import type { CanvasGraph } from "./canvas-graph.ts";
import type { BufferPool } from "./gpu-rows/buffer-pool.ts";
import type { Embeddings } from "./embeddings/embeddings.ts";
import type { OpenedHead } from "./draft-head/opened-head.ts";
import type { Runtime } from "./environment/environment.ts";
import type { GraphSignature } from "./graph-signature.ts";
import type { RunQueue } from "./run-queue.ts";

/** A loaded causal graph, shared by its sessions. */
export interface CausalGraph {
  /** URL, path or name of the graph, for messages. */
  readonly source: string;
  readonly runtime: Runtime;
  readonly signature: GraphSignature;
  readonly inference: InferenceSession;
  /** What turns tokens into the graph's inputs, if it does not read their ids. */
  readonly embeddings: Embeddings | undefined;
  readonly vocabSize: number;
  readonly contextLength: number;
  /** The queue of all graphs of the runtime, which runs one graph at a time. */
  readonly queue: RunQueue;
  /** The graph with an explicit mask over the same cache, if the model has one. */
  readonly canvas: CanvasGraph | undefined;
  /** The buffers that logits are read with. */
  readonly buffers: BufferPool;
  /** Whether several tokens over a cached prefix are read in one pass; otherwise one by one. */
  multiTokenPasses: boolean;
  /** How much a row depends on the pass that computes it: what the operators tell, or what passes have shown if that is worse. */
  rowConsistency: RowConsistency;
  /** Whether trees are read by the graph itself, with the inputs of `withTreeInputs`. */
  readsTrees: boolean;
  /** Layers whose states its passes can return; empty if they cannot. */
  readonly hiddenLayers: readonly number[];
  /** What drafts from these states, if it was loaded. */
  draftHead: OpenedHead | undefined;
  /** True once the graph was disposed. */
  disposed: boolean;
}
