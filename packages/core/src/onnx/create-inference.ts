import type { InferenceSession } from "onnxruntime-common";
import { DecodekitError, ModelLoadError } from "../errors.ts";
import type { Runtime } from "./environment/environment.ts";
import { bytesIn, dataForWeb } from "./held-file.ts";
import type { GraphFiles } from "./model-files.ts";
import type { ModelFolder } from "./model-folder.ts";
import { inlineWeights } from "./inline-weights.ts";
import { localWeights } from "./local-weights.ts";
import { renameWeightFiles } from "./rename-weight-files.ts";
import { queueOf } from "./runtime-queue.ts";
import { startRuntime, type StartOptions } from "./start-runtime.ts";
import { watchDevice } from "./watch-device.ts";

export interface InferenceOptions extends StartOptions {
  readonly signal: AbortSignal | undefined;
  /** Whether weights are dequantized when the graph is loaded, and not in every pass. @defaultValue false */
  readonly dequantizesWeights?: boolean;
}

/**
 * Creates the inference session of a graph.
 * @throws ModelLoadError if the runtime refuses the graph, or lacks float16 that it needs. @throws ExecutionUnavailableError if the runtime does not start.
 */
export async function createInference(
  runtime: Runtime,
  folder: ModelFolder,
  graph: GraphFiles,
  options: InferenceOptions,
): Promise<InferenceSession> {
  const { ort, execution } = runtime;
  const { signal } = options;
  if (graph.file.usesFloat16 && !runtime.runsFloat16) {
    const advice = 'Choose another dtype, such as "q4" or "fp32", or the execution "wasm".';
    throw new ModelLoadError(
      folder.describe(graph.path),
      `computes in float16, which needs the feature "shader-f16" of WebGPU, and this GPU's adapter does not have it. ${advice}`,
    );
  }
  const queue = queueOf(ort);
  try {
    const inference = await queue.enqueue(() => startRuntime(runtime, options, () => create(runtime, graph, options)), {
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

async function create(
  { ort, execution, executionProviders }: Runtime,
  graph: GraphFiles,
  { threads, dequantizesWeights }: InferenceOptions,
): Promise<InferenceSession> {
  const { outline } = graph.file;
  // The runtime keeps integers that it takes for the input of an integer product, unless it is told that there are none.
  const configuration = dequantizesWeights ? { disable_quant_qdq: "1" } : undefined;
  const options: InferenceSession.SessionOptions = {
    executionProviders,
    logSeverityLevel: 3,
    ...(execution === "webgpu" && { preferredOutputLocation: "gpu-buffer" as const }),
    ...(execution === "native" && threads !== undefined && { intraOpNumThreads: threads }),
    ...(configuration && { extra: { session: configuration } }),
  };
  if (execution === "native") {
    // The native runtime reads weights on this computer itself, so that no byte passes through JavaScript and pages can be dropped again.
    const local = await localWeights(graph.weights);
    if (local) {
      const session = { ...configuration, model_external_initializers_file_folder_path: local.folder };
      return ort.InferenceSession.create(renameWeightFiles(outline, local.paths), { ...options, extra: { session } });
    }
  }
  const dataOf = execution === "native" ? bytesIn : dataForWeb;
  const externalData = await Promise.all(Array.from(graph.weights, async ([path, held]) => ({ path, data: await dataOf(held) })));
  return ort.InferenceSession.create(await inlineWeights(outline, graph.weights), { ...options, externalData });
}
