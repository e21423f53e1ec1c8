import type { InferenceSession, OnnxValue, Tensor } from "onnxruntime-common";
import type { Logits } from "../contracts/model.ts";
import type { CausalGraph } from "./causal-graph.ts";
import type { KvCache } from "./kv-cache.ts";
import { readLogits } from "./logits-rows.ts";

export type GraphOutputs = Readonly<Record<string, OnnxValue>>;

/** The result of a pass: the last rows of its logits, and its tensors, which the caller keeps or disposes. */
export interface GraphPass {
  readonly logits: Logits;
  readonly outputs: GraphOutputs;
}

export interface PassInput {
  /** The graph to run over the cache: the causal one, or another with the same cache. */
  readonly inference: InferenceSession;
  readonly cache: KvCache;
  /** Returns the feeds beside the cache. Called when the pass is about to run. */
  feeds(): Record<string, Tensor>;
  /** Number of last rows to read. */
  readonly rows: number;
  readonly signal: AbortSignal | undefined;
}

/** Runs one pass over `cache` when its turn in the queue comes; the cache is unchanged. */
export async function runGraphPass({ queue, runtime: { ort } }: CausalGraph, input: PassInput): Promise<GraphPass> {
  const { rows, signal } = input;
  const outputs = await queue.enqueue(() => runGraph(input), { signal, discard: disposeOutputs });
  const tensor = outputs.logits as Tensor;
  try {
    const logits = await readLogits(ort, tensor, rows);
    signal?.throwIfAborted();
    if (tensor.location === "gpu-buffer") tensor.dispose();
    return { logits, outputs };
  } catch (error) {
    disposeOutputs(outputs);
    throw error;
  }
}

async function runGraph(input: PassInput): Promise<GraphOutputs> {
  const { inference, cache } = input;
  const settled = cache.compact();
  if (settled) await settled;
  return await inference.run(Object.assign(cache.feeds(), input.feeds()));
}

export function disposeOutputs(outputs: GraphOutputs): void {
  for (const output of Object.values(outputs)) output.dispose();
}
