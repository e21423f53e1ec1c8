import { InvalidOptionError } from "../errors.ts";
import type { CausalModel, MaskedModel } from "../model.ts";
import type { LoadModelOptions, LoadProgress, ModelSource, OnnxLanguageModel } from "../onnx/index.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Peer, peerAt } from "./peer.ts";
import type { LoadedModel } from "./serve.ts";

export interface LoadWorkerModelOptions extends LoadModelOptions {
  /** Where the model is loaded and runs. Its script calls `serve` of `@decodekit/core/worker/host`. */
  readonly worker: Endpoint;
}

/** A model in a worker. For `generate` of this module; its models are also there one pass at a time, whose logits are copied over. */
export interface WorkerLanguageModel extends Pick<OnnxLanguageModel, "name" | "stopTokens" | "execution" | "parameters" | "bytes"> {
  readonly worker: Endpoint;
  readonly causal: CausalModel;
  readonly masked?: MaskedModel;
  /** Tokens of `text`, as `Tokenizer.encode` gives them. */
  encode(text: string): Promise<Int32Array>;
  /** Text of `tokens`, as `Tokenizer.decode` gives it. */
  decode(tokens: Int32Array): Promise<string>;
  /** Frees the model; the worker lives on. Later calls do nothing. */
  dispose(): Promise<void>;
}

const ids = new WeakMap<WorkerLanguageModel, number>();
let loads = 0;
const listeners = new Map<number, (progress: LoadProgress) => void>();

/**
 * Loads a model as `loadModel` of `@decodekit/core/onnx` does, in a worker. Relative addresses are seen from this side.
 * @throws what that throws. @throws WorkerError when the worker cannot be started or ends meanwhile.
 */
export async function loadModel(source: ModelSource, options: LoadWorkerModelOptions): Promise<WorkerLanguageModel> {
  const { worker, onProgress, signal, ...rest } = options;
  signal?.throwIfAborted();
  const peer = peerAt(worker);
  peer.connection.offer({ loadProgress: (id: number, progress: LoadProgress) => listeners.get(id)?.(progress) });
  const load = ++loads;
  if (onProgress) listeners.set(load, onProgress);
  try {
    const loaded = await peer.connection.signals.during(signal, (transferred) =>
      peer.connection.call<LoadedModel>("loadModel", load, withoutUrls(source), rest, transferred),
    );
    return workerModel(worker, peer, loaded);
  } finally {
    listeners.delete(load);
  }
}

/** Number of a model in its worker. @throws InvalidOptionError for a model that is in another one. */
export function idOf(model: WorkerLanguageModel, worker: Endpoint): number {
  const id = ids.get(model);
  if (id !== undefined && model.worker === worker) return id;
  throw new InvalidOptionError({ where: "generate", option: "model", expected: "loaded by loadModel into the same worker", actual: model });
}

function workerModel(
  worker: Endpoint,
  { connection, models }: Peer,
  { model: id, models: transferred, ...rest }: LoadedModel,
): WorkerLanguageModel {
  const { causal, masked } = models.receive(transferred);
  const model: WorkerLanguageModel = {
    ...rest,
    worker,
    causal: causal!,
    ...(masked && { masked }),
    encode: (text) => connection.call("encode", id, text),
    decode: (tokens) => connection.call("decode", id, tokens),
    dispose: () => connection.call("disposeModel", id),
  };
  ids.set(model, id);
  return model;
}

/** URL objects do not cross, and a worker resolves relative ones from its own place. */
function withoutUrls(source: ModelSource): ModelSource {
  const base = globalThis.document?.baseURI;
  const resolve = (url: string | URL): string => (base === undefined ? String(url) : new URL(url, base).href);
  if (typeof source === "string" || source instanceof URL) return resolve(source);
  if (typeof source !== "object" || source === null || !("files" in source)) return source;
  const { name, files } = source;
  return { name, files: Object.fromEntries(Object.entries(files).map(([path, url]) => [path, resolve(url)])) };
}
