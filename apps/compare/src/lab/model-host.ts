import { logWarning, type Warning } from "@decodekit/core";
import type { LoadProgress, ModelSource } from "@decodekit/core/onnx";
import { terminate, type WorkerLanguageModel, type WorkerModel } from "@decodekit/core/worker";
import { checkDraft } from "../models/check-draft.ts";
import { findDevice } from "../models/device.ts";
import { loadAnyModel, type LoadAnyOptions } from "../models/load-any-model.ts";
import { localStore } from "../models/local-store.ts";
import { factsBefore } from "../models/model-facts.ts";
import { whenOffline } from "../offline/offline.ts";
import { texts } from "../texts/texts.ts";
// oxlint-disable-next-line import/default -- Vite makes it.
import workerUrl from "../workers/model-worker.ts?worker&url";
import { explainHubError } from "./hub-errors.ts";
import { hubSource } from "./hub-source.ts";
import { connectionsOf, draftPlaceOf, fileOf, type ModelPlace, type ModelRequest, placeOf } from "./model-request.ts";
import { type TokenTexts, tokenTexts } from "./token-texts.ts";

/** A loaded model, its draft model, and the texts of its tokens. */
export interface HostedModel {
  /** Predicts the next token, masked tokens, or both. */
  readonly model: WorkerModel;
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
  let loaded: { readonly key: string; readonly files: ModelRequest["files"]; readonly hosted: HostedModel } | undefined;

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
      const places = { place: placeOf(request), draftPlace: draftPlaceOf(request) };
      worker = new Worker(workerUrlFor(places), { type: "module", name: "model" });
      try {
        const hosted = await hostModel(worker, request, { ...places, ...options });
        loaded = { key, files, hosted };
        return hosted;
      } catch (error) {
        reset("Loading failed.");
        throw error;
      }
    },
  };
}

/** Where the parts of a hosted model come from. */
interface Places {
  readonly place: ModelPlace;
  readonly draftPlace: ModelPlace | undefined;
}

/** The service worker reads from the worker's URL what it may connect to. */
function workerUrlFor({ place, draftPlace }: Places): URL {
  const url = new URL(workerUrl, document.baseURI);
  const sources = new Set([...connectionsOf(place), ...(draftPlace ? connectionsOf(draftPlace) : [])]);
  for (const source of sources) url.searchParams.append("connect", source);
  return url;
}

async function hostModel(
  worker: Worker,
  request: ModelRequest,
  { place, draftPlace, onWarning, ...rest }: LoadOptions & Places,
): Promise<HostedModel> {
  const { execution } = request;
  const isEmbedded = place.kind === "embedded";
  const options = {
    worker,
    execution: execution === "auto" ? await chooseExecution(isEmbedded) : execution,
    // In a small model, threads would spend more time waiting for each other than a pass takes.
    ...(isEmbedded && { threads: 1 }),
    onWarning: (warning: Warning) => (warning.where === "hub" ? onWarning(warning.message) : logWarning(warning)),
    ...rest,
  };
  const isMasked = factsBefore(request).roles?.includes("causal") === false;
  const model = await loadFrom(place, isMasked, { ...options, ...fileOf(request, place) });
  // A model file of the model's own says nothing of the draft model's.
  const draftOptions = draftPlace && { ...options, ...fileOf({ ...request, modelFile: "" }, draftPlace) };
  const draft = draftPlace && (await loadDraft(model, draftPlace, draftOptions!));
  const anchor = (await model.encode("a")).at(-1)!;
  return { model, draft, texts: tokenTexts((tokens) => model.decode(tokens), anchor) };
}

async function loadFrom(place: ModelPlace, isMasked: boolean, options: LoadAnyOptions): Promise<WorkerModel> {
  try {
    return await loadAnyModel(sourceOf(place), isMasked, options);
  } catch (error) {
    if (place.kind === "embedded" && !options.signal?.aborted && !navigator.onLine) throw new Error(texts.status.notKept, { cause: error });
    throw explainHubError(error, place);
  }
}

/** Loads a draft model into the worker of the model, and checks that it can draft for it. */
async function loadDraft(model: WorkerModel, place: ModelPlace, options: LoadAnyOptions): Promise<WorkerLanguageModel> {
  const draft = await loadFrom(place, false, { ...options, execution: model.execution });
  await checkDraft(model, draft);
  return draft as WorkerLanguageModel;
}

function sourceOf(place: ModelPlace): ModelSource {
  switch (place.kind) {
    case "files":
      return localStore(place);
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
  return !isSmall && (await findDevice()).gpu ? "webgpu" : "wasm";
}
