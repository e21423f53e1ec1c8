import type { LoadModelOptions, ModelSource } from "../onnx/index.ts";
import { resolveOptions } from "../options.ts";
import { type InWorker, LOAD_OPTIONS, loadInWorker } from "./load-in-worker.ts";
import type { WorkerLanguageModel } from "./worker-model.ts";

export interface LoadWorkerModelOptions extends LoadModelOptions, InWorker {}

/**
 * Loads a model in a worker, as `loadModel` of `@decodekit/core/onnx` does. Relative URLs are resolved on this side. A store, such as
 * `hub()` returns, stays on this side too, where it fetches and keeps files; their content goes to the worker by reference where it is a
 * local path or a Blob, else chunk by chunk.
 * @throws the same errors. @throws WorkerError if the worker cannot be started or ends meanwhile.
 */
export async function loadModel(source: ModelSource, options: LoadWorkerModelOptions): Promise<WorkerLanguageModel> {
  resolveOptions("loadModel", options, LOAD_OPTIONS);
  return (await loadInWorker("loadModel", source, options)) as WorkerLanguageModel;
}
