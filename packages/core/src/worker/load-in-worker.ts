import type { PrefixCacheOptions } from "../decorate/with-prefix-cache.ts";
import type { LoadMaskedModelOptions, LoadModelOptions, ModelSource, WasmPaths } from "../onnx/index.ts";
import { isModelStore } from "../onnx/is-model-store.ts";
import type { OptionDefinition } from "../options.ts";
import { logWarning } from "../warnings.ts";
import { CALLBACK, checkTransferable, checkWorker, named, SIGNAL, WORKER } from "./check-arguments.ts";
import type { Endpoint } from "./endpoint.ts";
import type { LoadedModel, LoadRequest, ModelLoaders } from "./loaded-models.ts";
import { peerAt } from "./peer.ts";
import type { Report } from "./reports.ts";
import type { ServedStores } from "./served-stores.ts";
import { gateOf } from "./terminate.ts";
import type { DataSource } from "./transferred-source.ts";
import { type WorkerModel, workerModel } from "./worker-model.ts";

/** Where a model is loaded. */
export interface InWorker {
  /** The worker in which the model is loaded and runs. Its script calls `serve` of `@decodekit/core/worker/host`. */
  readonly worker: Endpoint;
}

/** The options of every function that loads a model in a worker. */
export const LOAD_OPTIONS = {
  worker: WORKER,
  ...named({
    execution: true,
    dtype: true,
    modelFile: true,
    embeddingsFile: true,
    hiddenStates: true,
    hiddenLayers: true,
    draftHead: true,
    names: true,
    onProgress: CALLBACK,
    onWarning: CALLBACK,
    rewriting: true,
    signal: SIGNAL,
    threads: true,
    wasmPaths: true,
  } satisfies Record<keyof LoadModelOptions, OptionDefinition | true>),
};

/** Loads a model in a worker by the function of the runtime that `loader` names. The names of `options` are checked already. */
export async function loadInWorker(
  loader: keyof ModelLoaders,
  source: ModelSource,
  options: LoadModelOptions & LoadMaskedModelOptions & InWorker & { readonly prefixCache?: PrefixCacheOptions | undefined },
): Promise<WorkerModel> {
  const { worker, onProgress, onWarning = logWarning, signal, prefixCache, wasmPaths, draftHead, ...others } = options;
  const rest = {
    ...others,
    ...(wasmPaths !== undefined && { wasmPaths: withoutUrlsIn(wasmPaths) }),
    // A store is code; it is refused below.
    ...(draftHead !== undefined && { draftHead: isModelStore(draftHead) ? draftHead : withoutUrls(draftHead) }),
  };
  checkWorker(loader, worker);
  checkTransferable(loader, rest);
  signal?.throwIfAborted();
  const { reports, stores, connection } = peerAt(worker);
  const receive = (report: Report): void => {
    if (report.type === "progress") onProgress?.(report.progress);
    if (report.type === "warning") onWarning(report.warning);
  };
  return reports.withReports(receive, signal, async (number, either) => {
    const { release, ...sent } = send(source, stores, either);
    try {
      const request: LoadRequest = { number, ...sent, options: rest, prefixCache, gate: gateOf(worker) };
      const model = workerModel(worker, await connection.call<LoadedModel>(loader, [request], either));
      // The abort may have come after the model was loaded.
      if (either.aborted) await model.dispose();
      either.throwIfAborted();
      return model;
    } finally {
      release();
    }
  });
}

/** Returns the source as the worker gets it, and how to free what is held for that. */
function send(
  source: ModelSource,
  stores: ServedStores,
  signal: AbortSignal,
): Pick<LoadRequest, "source" | "store"> & { readonly release: () => void } {
  if (!isModelStore(source)) return { source: withoutUrls(source), release: () => undefined };
  const { id, release } = stores.add(source, signal);
  return { store: { id, name: source.name, dtype: source.dtype }, release };
}

/** Replaces URL objects, which cannot be sent, and relative URLs, which a worker would resolve against its own URL. */
function resolve(url: string | URL): string {
  const base = globalThis.document?.baseURI;
  return base === undefined ? String(url) : new URL(url, base).href;
}

/** The same for the places of files of the runtime; anything else is for the worker to refuse. */
function withoutUrlsIn(paths: WasmPaths): WasmPaths {
  if (typeof paths === "string" || paths instanceof URL) return resolve(paths);
  if (typeof paths !== "object" || paths === null) return paths;
  return Object.fromEntries(
    Object.entries<unknown>(paths).map(([name, place]) => [
      name,
      typeof place === "string" || place instanceof URL ? resolve(place) : place,
    ]),
  );
}

/** The same for a source of models. */
function withoutUrls(source: DataSource): DataSource {
  if (typeof source === "string" || source instanceof URL) return resolve(source);
  if (typeof source !== "object" || source === null || !("files" in source)) return source;
  const { name, files } = source;
  return { name, files: Object.fromEntries(Object.entries(files).map(([path, url]) => [path, resolve(url)])) };
}
