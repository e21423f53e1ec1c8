import type { LoadModelOptions, ModelSource } from "../onnx/index.ts";
import { PREFIX_CACHE_OPTIONS, type PrefixCacheOptions } from "../decorate/with-prefix-cache.ts";
import { objectOption, resolveOptions } from "../options.ts";
import { type InWorker, LOAD_OPTIONS, loadInWorker } from "./load-in-worker.ts";
import type { WorkerLanguageModel } from "./worker-model.ts";

export interface LoadWorkerModelOptions extends LoadModelOptions, InWorker {
  /** Loads the model with a prefix cache in the worker; see `withPrefixCache` of `@decodekit/core/toolkit`. `{}` keeps its defaults. @defaultValue none */
  readonly prefixCache?: PrefixCacheOptions | undefined;
}

const PREFIX_CACHE = objectOption("an object", (value) => typeof value === "object" && value !== null);
const OPTIONS = { ...LOAD_OPTIONS, prefixCache: PREFIX_CACHE };

/**
 * Loads a model in a worker, as `loadModel` of `@decodekit/core/onnx` does. Relative URLs are resolved on this side. A store, such as
 * `hub()` returns, stays on this side too, where it fetches and keeps files; their content goes to the worker by reference where it is a
 * local path or a Blob, else chunk by chunk.
 * @throws the same errors. @throws WorkerError if the worker cannot be started or ends meanwhile.
 */
export async function loadModel(source: ModelSource, options: LoadWorkerModelOptions): Promise<WorkerLanguageModel> {
  const { prefixCache } = resolveOptions("loadModel", options, OPTIONS);
  if (prefixCache) resolveOptions("loadModel: prefixCache", prefixCache, PREFIX_CACHE_OPTIONS);
  return (await loadInWorker("loadModel", source, options)) as WorkerLanguageModel;
}
