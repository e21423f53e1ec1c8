import { logWarning } from "@decodekit/core";
import type { LoadProgress, ModelSource } from "@decodekit/core/onnx";
import { loadModel, terminate, type WorkerLanguageModel } from "@decodekit/core/worker";
import { whenOffline } from "../offline/offline.ts";
// oxlint-disable-next-line import/default -- Vite makes it.
import workerUrl from "../workers/model-worker.ts?worker&url";
import { explainHubError } from "./hub-errors.ts";
import { hubSource } from "./hub-source.ts";
import { connectionsOf, dtypeOf, type ModelPlace, type ModelRequest, placeOf } from "./model-request.ts";
import { type TokenTexts, tokenTexts } from "./token-texts.ts";

/** A loaded model, its draft model, and the texts of its tokens. */
export interface HostedModel {
  readonly model: WorkerLanguageModel;
  readonly draft: WorkerLanguageModel | undefined;
  readonly texts: TokenTexts;
}

interface LoadOptions {
  readonly onProgress: (progress: LoadProgress) => void;
  /** Receives warnings of the hub: that it cannot be reached, or that the storage of the page is full. */
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Owns one worker with one model at a time. */
export interface ModelHost {
  /** Returns the requested model, and loads it if it is not the current one. Rejects with `signal.reason` once aborted. */
  load(request: ModelRequest, options: LoadOptions): Promise<HostedModel>;
  /** Returns the loaded model, or undefined. */
  current(): HostedModel | undefined;
  /** Terminates the worker at once; the next `load` starts another. */
  reset(problem: string): void;
}

export function modelHost(): ModelHost {
  let worker: Worker | undefined;
  let loaded: { readonly key: string; readonly files: readonly File[] | undefined; readonly hosted: HostedModel } | undefined;

  const reset = (message: string): void => {
    if (!worker) return;
    void terminate(worker, { message, timeout: 0 });
    worker = undefined;
    loaded = undefined;
  };

  return {
    current: () => loaded?.hosted,
    reset,
    async load(request, options) {
      const { files, ...named } = request;
      const key = JSON.stringify(named);
      if (loaded?.key === key && loaded.files === files) return loaded.hosted;
      reset("Another model was requested.");
      // Only workers started after the service worker fetch through it, and it caches the files and sets the policy of the worker.
      await whenOffline();
      options.signal.throwIfAborted();
      const place = placeOf(request);
      worker = new Worker(workerUrlFor(place), { type: "module", name: "model" });
      try {
        const hosted = await hostModel(worker, request, { place, ...options });
        loaded = { key, files, hosted };
        return hosted;
      } catch (error) {
        reset("Loading failed.");
        throw explainHubError(error, place);
      }
    },
  };
}

/** The service worker reads from the worker's URL what it may connect to. */
function workerUrlFor(place: ModelPlace): URL {
  const url = new URL(workerUrl, document.baseURI);
  for (const source of connectionsOf(place)) url.searchParams.append("connect", source);
  return url;
}

async function hostModel(
  worker: Worker,
  request: ModelRequest,
  { place, onWarning, ...rest }: LoadOptions & { readonly place: ModelPlace },
): Promise<HostedModel> {
  const { execution } = request;
  const embedded = place.kind === "embedded" ? place.embedded : undefined;
  const options = { worker, execution: execution === "auto" ? await chooseExecution(embedded !== undefined) : execution, ...rest };
  // In a small model, threads would spend more time waiting for each other than a pass takes.
  const threads = embedded ? { threads: 1 } : {};
  const model = await loadModel(sourceOf(place), {
    ...options,
    ...threads,
    dtype: dtypeOf(request, place),
    onWarning: (warning) => (warning.where === "hub" ? onWarning(warning.message) : logWarning(warning)),
  });
  const draft = embedded?.draft && (await loadModel(embedded.draft, { ...options, ...threads, execution: model.execution }));
  const anchor = (await model.encode("a")).at(-1)!;
  return { model, draft, texts: tokenTexts((tokens) => model.decode(tokens), anchor) };
}

function sourceOf(place: ModelPlace): ModelSource {
  switch (place.kind) {
    case "files":
      return place.files;
    case "embedded":
      return place.embedded.files;
    case "hub":
      return hubSource(place.endpoint, place.address);
    case "url":
      return place.url;
    default:
      return place satisfies never;
  }
}

/**
 * Chooses a hardware GPU if there is one. Small models run on the CPU, where a pass takes less time than a GPU needs to start one.
 */
async function chooseExecution(isSmall: boolean): Promise<"webgpu" | "wasm"> {
  if (isSmall) return "wasm";
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return adapter && !adapter.info.isFallbackAdapter ? "webgpu" : "wasm";
}
