import type { LoadMaskedModelOptions, ModelSource } from "../onnx/index.ts";
import { withoutCausalOptions } from "../onnx/without-causal-options.ts";
import { resolveOptions } from "../options.ts";
import { named } from "./check-arguments.ts";
import { type InWorker, LOAD_OPTIONS, loadInWorker } from "./load-in-worker.ts";
import type { WorkerMaskedModel } from "./worker-model.ts";

export interface LoadWorkerMaskedModelOptions extends LoadMaskedModelOptions, InWorker {}

const OPTIONS = { ...withoutCausalOptions(LOAD_OPTIONS), ...named({ maskToken: true }) };

/**
 * Loads a model that predicts masked tokens in a worker, as `loadMaskedModel` of `@decodekit/core/onnx` does, from the same sources as
 * `loadModel` of this module. @throws the same errors. @throws WorkerError if the worker cannot be started or ends meanwhile.
 */
export async function loadMaskedModel(source: ModelSource, options: LoadWorkerMaskedModelOptions): Promise<WorkerMaskedModel> {
  resolveOptions("loadMaskedModel", options, OPTIONS);
  return (await loadInWorker("loadMaskedModel", source, options)) as WorkerMaskedModel;
}
