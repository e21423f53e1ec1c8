import type { InferenceSession, Tensor } from "onnxruntime-common";
import { DisposedError, ModelShapeError } from "../../errors.ts";
import { type CacheTensor, emptyArray, readCacheLayout } from "../cache-layout.ts";
import { cacheSizesIn } from "../cache-sizes.ts";
import type { Runtime } from "../environment/environment.ts";
import { disposeOutputs, type GraphOutputs } from "../graph-pass.ts";
import type { JsonFile } from "../json-file.ts";
import { passFailure } from "../pass-failure.ts";
import type { RunQueue } from "../run-queue.ts";
import { queueOf, releaseInTurn } from "../runtime-queue.ts";
import type { FloatType } from "./float-tensors.ts";

/** The graph of a draft head in the runtime, shared by its sessions. */
export interface HeadGraph {
  /** URL, path or name of the graph, for messages. */
  readonly source: string;
  readonly runtime: Runtime;
  readonly inference: InferenceSession;
  readonly cache: readonly CacheTensor[];
  readonly queue: RunQueue;
  /** True once the model was disposed. */
  disposed: boolean;
}

/** Returns the graph of a draft head with its cache. @throws ModelShapeError if it has none. */
export function headGraph(
  source: string,
  { runtime, inference, config }: { readonly config: JsonFile } & Pick<HeadGraph, "runtime" | "inference">,
): HeadGraph {
  const { inputMetadata, outputMetadata } = inference;
  const cache = readCacheLayout(source, inputMetadata, outputMetadata, cacheSizesIn(config));
  if (cache.length > 0 && cache.every(({ axis }) => axis !== undefined))
    return { source, runtime, inference, cache, queue: queueOf(runtime.ort), disposed: false };
  const expected = "an input of cached keys, which grows with every position";
  throw new ModelShapeError({ source, tensor: "past_key_values.0.key", expected, actual: namesOf(inputMetadata) });
}

/** Returns the type and last dimension of a tensor of floats with 3 dimensions. @throws ModelShapeError for any other. */
export function floatInput(
  source: string,
  values: readonly InferenceSession.ValueMetadata[],
  name: string,
): { readonly type: FloatType; readonly size: number } {
  const value = values.find((each) => each.name === name);
  const shape = value?.isTensor ? value.shape : [];
  const size = shape[2];
  const type = value?.isTensor && (value.type === "float32" || value.type === "float16") ? value.type : undefined;
  if (type && shape.length === 3 && typeof size === "number" && size > 0) return { type, size };
  const expected = "float32 or float16, of shape (batch, positions, size) with a stated size";
  const actual = value?.isTensor ? `${value.type} (${shape.join(", ")})` : namesOf(values);
  throw new ModelShapeError({ source, tensor: name, expected, actual });
}

function namesOf(values: readonly InferenceSession.ValueMetadata[]): string {
  return `none (the graph has ${values.map(({ name }) => name).join(", ")})`;
}

/** Returns the cache of no positions. */
export function emptyTensors({ runtime: { ort }, cache }: HeadGraph): readonly Tensor[] {
  return cache.map(({ type, dims }) => new ort.Tensor(type as "float32", emptyArray(type, 0) as Float32Array, dims));
}

/** Returns the feeds of a cache. */
export function cacheFeeds({ cache }: HeadGraph, tensors: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(cache.map(({ input }, index) => [input, tensors[index]!]));
}

/** Returns the outputs that are the grown cache, in its order. */
export function grownTensors({ cache }: HeadGraph, outputs: GraphOutputs): readonly Tensor[] {
  return cache.map(({ output }) => outputs[output] as Tensor);
}

/** Frees tensors once no pass can read them any more: one that was given up may still be running. */
export function freeInTurn({ queue }: HeadGraph, tensors: readonly Tensor[]): Promise<void> {
  return releaseInTurn(queue, () => {
    for (const tensor of tensors) tensor.dispose();
  });
}

/**
 * Runs the graph when its turn comes. The caller disposes the outputs.
 * @throws PassError if the runtime cannot run it. @throws DisposedError if the model was disposed.
 */
export async function runHead(graph: HeadGraph, feeds: Record<string, Tensor>, signal: AbortSignal | undefined): Promise<GraphOutputs> {
  const run = async (): Promise<GraphOutputs> => {
    if (graph.disposed) throw new DisposedError("model of this draft head");
    try {
      return await graph.inference.run(feeds);
    } catch (error) {
      throw passFailure(graph, error);
    }
  };
  return graph.queue.enqueue(run, { signal, discard: disposeOutputs });
}
