import type { InferenceSession } from "onnxruntime-common";
import { DecodekitError, ModelLoadError } from "../errors.ts";
import type { Runtime } from "./environment/environment.ts";
import type { GraphBytes } from "./model-files.ts";
import type { ModelFolder } from "./model-folder.ts";
import { queueOf } from "./runtime-queue.ts";
import { startRuntime, type StartOptions } from "./start-runtime.ts";
import { watchDevice } from "./watch-device.ts";

export interface InferenceOptions extends StartOptions {
  readonly signal: AbortSignal | undefined;
}

/**
 * Creates the inference session of a graph.
 * @throws ModelLoadError if the runtime refuses the graph. @throws ExecutionUnavailableError if the runtime does not start.
 */
export async function createInference(
  runtime: Runtime,
  folder: ModelFolder,
  graph: GraphBytes,
  options: InferenceOptions,
): Promise<InferenceSession> {
  const { ort, execution } = runtime;
  const { signal } = options;
  const queue = queueOf(ort);
  try {
    const inference = await queue.enqueue(() => startRuntime(runtime, options, () => create(runtime, graph, options.threads)), {
      signal,
      discard: (late) => void late.release(),
    });
    if (execution === "webgpu") await watchDevice(ort, queue, inference);
    return inference;
  } catch (error) {
    signal?.throwIfAborted();
    if (DecodekitError.isInstance(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelLoadError(folder.describe(graph.path), `could not be loaded on ${execution} (${reason}).`, error);
  }
}

function create(
  { ort, execution, executionProviders }: Runtime,
  graph: GraphBytes,
  threads: number | undefined,
): Promise<InferenceSession> {
  const { bytes, externalData } = graph;
  const options: InferenceSession.SessionOptions = {
    executionProviders,
    logSeverityLevel: 3,
    ...(execution === "webgpu" && { preferredOutputLocation: "gpu-buffer" as const }),
    ...(execution === "native" && threads !== undefined && { intraOpNumThreads: threads }),
    ...(execution !== "native" && externalData.length > 0 && { externalData }),
  };
  // The native runtime finds external data only beside a graph file that it opens itself.
  const localPath = execution === "native" ? graph.localPath : undefined;
  return localPath === undefined ? ort.InferenceSession.create(bytes, options) : ort.InferenceSession.create(localPath, options);
}
