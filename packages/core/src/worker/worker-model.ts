import { InvalidOptionError } from "../errors.ts";
import type { ChatMessage, ChatOptions, ChatRenderOptions, ChatTemplate } from "../contracts/chat.ts";
import type { CausalModel, MaskedModel, TokenId } from "../contracts/model.ts";
import type { CausalRole } from "../contracts/reporting-session.ts";
import type { EncodeOptions } from "../contracts/tokenizer.ts";
import type { PrefixCacheStatistics } from "../decorate/with-prefix-cache.ts";
import type { OnnxLanguageModel } from "../onnx/index.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import type { LoadedModel } from "./loaded-models.ts";
import { type Peer, peerAt } from "./peer.ts";
import { releaseRemote } from "./release-remote.ts";

/** A `ChatTemplate` in a worker. */
export interface WorkerChatTemplate extends Pick<ChatTemplate, "names"> {
  /** See `ChatTemplate.render`. */
  render(messages: readonly ChatMessage[], options?: ChatRenderOptions): Promise<string>;
  /** See `ChatTemplate.encode`. */
  encode(messages: readonly ChatMessage[], options?: ChatOptions): Promise<Int32Array>;
}

/** A `PrefixCache` in a worker. */
export interface WorkerPrefixCache {
  /** See `PrefixCache.statistics`. */
  statistics(role?: CausalRole): Promise<PrefixCacheStatistics>;
  /** See `PrefixCache.clear`. */
  clear(): Promise<void>;
}

/** A model in a worker, for `generate` of this module. Single passes are also possible, with the logits copied to this side. */
export interface WorkerModel extends Pick<
  OnnxLanguageModel,
  "name" | "stopTokens" | "execution" | "file" | "parameters" | "bytes" | "generationConfig"
> {
  readonly worker: Endpoint;
  readonly causal?: CausalModel;
  readonly masked?: MaskedModel;
  /** Returns the tokens of `text`, see `Tokenizer.encode`. */
  encode(text: string, options?: EncodeOptions): Promise<Int32Array>;
  /** Returns the text of `tokens`, see `Tokenizer.decode`. */
  decode(tokens: Int32Array): Promise<string>;
  /** Returns a token for display, see `Tokenizer.tokenText`. */
  tokenText(token: TokenId): Promise<string>;
  /**
   * Returns the bytes of a token, see `Tokenizer.tokenBytes`; undefined for every token if the model's tokenizer cannot tell them.
   */
  tokenBytes(token: TokenId): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The model's chat template, which runs in the worker; undefined if it has none. */
  readonly chat?: WorkerChatTemplate;
  /** The model's prefix cache; undefined unless it was loaded with one. */
  readonly prefixCache?: WorkerPrefixCache;
  /** Frees the model, but not the worker. Does nothing if called again, or if the worker has ended. */
  dispose(): Promise<void>;
  /** The same, for `await using model = await …`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A model in a worker that `loadModel` returned. */
export interface WorkerLanguageModel extends WorkerModel {
  readonly causal: CausalModel;
}

/** A model in a worker that `loadMaskedModel` returned. See `OnnxMaskedModel` of `@decodekit/core/onnx`. */
export interface WorkerMaskedModel extends WorkerModel {
  readonly masked: MaskedModel;
}

const ids = new WeakMap<WorkerModel, number>();

/** Creates the model of this side for one that was loaded in `worker`. */
export function workerModel(
  worker: Endpoint,
  { model: id, models: transferred, templates, hasPrefixCache, ...rest }: LoadedModel,
): WorkerModel {
  const { connection, models }: Peer = peerAt(worker);
  const { causal, masked } = models.receive(transferred);
  const model: WorkerModel = {
    ...rest,
    worker,
    ...(causal && { causal }),
    ...(masked && { masked }),
    ...(templates && { chat: remoteChat(connection, id, templates) }),
    ...(hasPrefixCache && { prefixCache: remotePrefixCache(connection, id) }),
    encode: (text, options) => connection.call("encode", [id, text, options]),
    decode: (tokens) => connection.call("decode", [id, tokens]),
    tokenText: (token) => connection.call("tokenText", [id, token]),
    tokenBytes: (token) => connection.call("tokenBytes", [id, token]),
    dispose: () => releaseRemote(connection, "disposeModel", id),
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
  ids.set(model, id);
  return model;
}

/**
 * Returns the number of a model in its worker.
 * @throws InvalidOptionError for a model that is not in a worker, or in another worker.
 */
export function idOf(option: string, model: WorkerModel, worker: Endpoint | undefined): number {
  const id = ids.get(model);
  if (id !== undefined && model.worker === worker) return id;
  const expected = "loaded by loadModel or loadMaskedModel of @decodekit/core/worker into the same worker";
  throw new InvalidOptionError({ where: "generate", option, expected, actual: model });
}

function remoteChat(connection: Connection, id: number, names: readonly string[]): WorkerChatTemplate {
  return {
    names,
    render: (messages, options) => connection.call("renderChat", [id, messages, options]),
    encode: (messages, options) => connection.call("encodeChat", [id, messages, options]),
  };
}

function remotePrefixCache(connection: Connection, id: number): WorkerPrefixCache {
  return {
    statistics: (role) => connection.call("prefixCacheStatistics", [id, role]),
    clear: () => connection.call("clearPrefixCache", [id]),
  };
}
