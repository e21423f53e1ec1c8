import type { LoadProgress, ModelSource } from "@decodekit/core/onnx";
import { loadModel, terminate, type WorkerLanguageModel } from "@decodekit/core/worker";
import type { ExecutionChoice } from "../url/settings.ts";
import { whenOffline } from "../offline/offline.ts";
import { embeddedModels } from "./models.ts";
import { type TokenTexts, tokenTexts } from "./token-texts.ts";

/** A loaded model, its draft model, and the texts of its tokens. */
export interface HostedModel {
  readonly model: WorkerLanguageModel;
  readonly draft: WorkerLanguageModel | undefined;
  readonly texts: TokenTexts;
}

interface ModelRequest {
  /** Name of an embedded model, or the URL of a folder. */
  readonly name: string;
  /** Local files that replace `name`. */
  readonly files?: readonly File[] | undefined;
  readonly execution: ExecutionChoice;
}

/** Owns one worker with one model at a time. */
export interface ModelHost {
  /** Returns the requested model, and loads it if it is not the current one. Rejects with `signal.reason` once aborted. */
  load(
    request: ModelRequest,
    options: { readonly onProgress: (progress: LoadProgress) => void; readonly signal: AbortSignal },
  ): Promise<HostedModel>;
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
    async load(request, { onProgress, signal }) {
      const key = `${request.name} ${request.execution}`;
      if (loaded?.key === key && loaded.files === request.files) return loaded.hosted;
      reset("Another model was requested.");
      // Only workers started after the service worker fetch through it, and it caches the files.
      await whenOffline();
      signal.throwIfAborted();
      worker = new Worker(new URL("../workers/model-worker.ts", import.meta.url), { type: "module", name: "model" });
      try {
        const hosted = await hostModel(worker, request, { onProgress, signal });
        loaded = { key, files: request.files, hosted };
        return hosted;
      } catch (error) {
        reset("Loading failed.");
        throw error;
      }
    },
  };
}

async function hostModel(
  worker: Worker,
  { name, files, execution }: ModelRequest,
  rest: { readonly onProgress: (progress: LoadProgress) => void; readonly signal: AbortSignal },
): Promise<HostedModel> {
  const embedded = files ? undefined : embeddedModels.find((each) => each.name === name);
  const source: ModelSource = files ?? embedded?.files ?? name;
  const options = { worker, execution: execution === "auto" ? await chooseExecution(embedded !== undefined) : execution, ...rest };
  // In a small model, threads would spend more time waiting for each other than a pass takes.
  const threads = embedded ? { threads: 1 } : {};
  const model = await loadModel(source, { ...options, ...threads });
  const draft = embedded?.draft && (await loadModel(embedded.draft, { ...options, ...threads, execution: model.execution }));
  const anchor = (await model.encode("a")).at(-1)!;
  return { model, draft, texts: tokenTexts((tokens) => model.decode(tokens), anchor) };
}

/**
 * Chooses a hardware GPU if there is one. Small models run on the CPU, where a pass takes less time than a GPU needs to start one.
 */
async function chooseExecution(isSmall: boolean): Promise<"webgpu" | "wasm"> {
  if (isSmall) return "wasm";
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  return adapter && !adapter.info.isFallbackAdapter ? "webgpu" : "wasm";
}
