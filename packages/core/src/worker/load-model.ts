import { InvalidOptionError } from "../errors.ts";
import type { ChatMessage, ChatOptions, ChatRenderOptions, ChatTemplate } from "../contracts/chat.ts";
import type { CausalModel, MaskedModel, TokenId } from "../contracts/model.ts";
import type { EncodeOptions } from "../contracts/tokenizer.ts";
import type { LoadModelOptions, ModelSource, OnnxLanguageModel } from "../onnx/index.ts";
import { type OptionDefinition, resolveOptions } from "../options.ts";
import { logWarning } from "../warnings.ts";
import { CALLBACK, checkTransferable, checkWorker, named, SIGNAL, WORKER } from "./check-arguments.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { releaseRemote } from "./release-remote.ts";
import type { LoadedModel, LoadRequest } from "./loaded-models.ts";
import { type Peer, peerAt } from "./peer.ts";
import type { Report } from "./reports.ts";
import { gateOf } from "./terminate.ts";

export interface LoadWorkerModelOptions extends LoadModelOptions {
  /** The worker in which the model is loaded and runs. Its script calls `serve` of `@decodekit/core/worker/host`. */
  readonly worker: Endpoint;
}

/** A `ChatTemplate` in a worker. */
export interface WorkerChatTemplate extends Pick<ChatTemplate, "names"> {
  /** See `ChatTemplate.render`. */
  render(messages: readonly ChatMessage[], options?: ChatRenderOptions): Promise<string>;
  /** See `ChatTemplate.encode`. */
  encode(messages: readonly ChatMessage[], options?: ChatOptions): Promise<Int32Array>;
}

/** A model in a worker, for `generate` of this module. Single passes are also possible, with the logits copied to this side. */
export interface WorkerLanguageModel extends Pick<
  OnnxLanguageModel,
  "name" | "stopTokens" | "execution" | "parameters" | "bytes" | "generationConfig"
> {
  readonly worker: Endpoint;
  readonly causal: CausalModel;
  readonly masked?: MaskedModel;
  /** Returns the tokens of `text`, see `Tokenizer.encode`. */
  encode(text: string, options?: EncodeOptions): Promise<Int32Array>;
  /** Returns the text of `tokens`, see `Tokenizer.decode`. */
  decode(tokens: Int32Array): Promise<string>;
  /** Returns a token for display, see `Tokenizer.tokenText`. */
  tokenText(token: TokenId): Promise<string>;
  /** The model's chat template, which runs in the worker; undefined if it has none. */
  readonly chat?: WorkerChatTemplate;
  /** Frees the model, but not the worker. Does nothing if called again, or if the worker has ended. */
  dispose(): Promise<void>;
}

const ids = new WeakMap<WorkerLanguageModel, number>();
const OPTIONS = named({
  worker: WORKER,
  execution: true,
  dtype: true,
  modelFile: true,
  embeddingsFile: true,
  names: true,
  onProgress: CALLBACK,
  onWarning: CALLBACK,
  rewriting: true,
  signal: SIGNAL,
  threads: true,
} satisfies Record<keyof LoadWorkerModelOptions, OptionDefinition | true>);

/**
 * Loads a model in a worker, as `loadModel` of `@decodekit/core/onnx` does. Relative URLs are resolved on this side.
 * @throws the same errors. @throws WorkerError if the worker cannot be started or ends meanwhile.
 */
export async function loadModel(source: ModelSource, options: LoadWorkerModelOptions): Promise<WorkerLanguageModel> {
  resolveOptions("loadModel", options, OPTIONS);
  const { worker, onProgress, onWarning = logWarning, signal, ...rest } = options;
  checkWorker("loadModel", worker);
  checkTransferable("loadModel", rest);
  signal?.throwIfAborted();
  const peer = peerAt(worker);
  const receive = (report: Report): void => {
    if (report.type === "progress") onProgress?.(report.progress);
    if (report.type === "warning") onWarning(report.warning);
  };
  return peer.reports.withReports(receive, signal, async (number, either) => {
    const request: LoadRequest = { number, source: withoutUrls(source), options: rest, gate: gateOf(worker) };
    const model = workerModel(worker, peer, await peer.connection.call<LoadedModel>("loadModel", [request], either));
    // The abort may have come after the model was loaded.
    if (either.aborted) await model.dispose();
    either.throwIfAborted();
    return model;
  });
}

/**
 * Returns the number of a model in its worker.
 * @throws InvalidOptionError for a model that is not in a worker, or in another worker.
 */
export function idOf(option: string, model: WorkerLanguageModel, worker: Endpoint | undefined): number {
  const id = ids.get(model);
  if (id !== undefined && model.worker === worker) return id;
  const expected = "loaded by loadModel of @decodekit/core/worker into the same worker";
  throw new InvalidOptionError({ where: "generate", option, expected, actual: model });
}

function workerModel(
  worker: Endpoint,
  { connection, models }: Peer,
  { model: id, models: transferred, templates, ...rest }: LoadedModel,
): WorkerLanguageModel {
  const { causal, masked } = models.receive(transferred);
  const model: WorkerLanguageModel = {
    ...rest,
    worker,
    causal: causal!,
    ...(masked && { masked }),
    ...(templates && { chat: remoteChat(connection, id, templates) }),
    encode: (text, options) => connection.call("encode", [id, text, options]),
    decode: (tokens) => connection.call("decode", [id, tokens]),
    tokenText: (token) => connection.call("tokenText", [id, token]),
    dispose: () => releaseRemote(connection, "disposeModel", id),
  };
  ids.set(model, id);
  return model;
}

function remoteChat(connection: Connection, id: number, names: readonly string[]): WorkerChatTemplate {
  return {
    names,
    render: (messages, options) => connection.call("renderChat", [id, messages, options]),
    encode: (messages, options) => connection.call("encodeChat", [id, messages, options]),
  };
}

/** Replaces URL objects, which cannot be sent, and relative URLs, which a worker would resolve against its own URL. */
function withoutUrls(source: ModelSource): ModelSource {
  const base = globalThis.document?.baseURI;
  const resolve = (url: string | URL): string => (base === undefined ? String(url) : new URL(url, base).href);
  if (typeof source === "string" || source instanceof URL) return resolve(source);
  if (typeof source !== "object" || source === null || !("files" in source)) return source;
  const { name, files } = source;
  return { name, files: Object.fromEntries(Object.entries(files).map(([path, url]) => [path, resolve(url)])) };
}
