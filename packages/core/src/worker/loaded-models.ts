import type { ChatMessage, ChatOptions, ChatRenderOptions, ChatTemplate } from "../contracts/chat.ts";
import type { TokenId } from "../contracts/model.ts";
import type { EncodeOptions } from "../contracts/tokenizer.ts";
import type { CausalRole } from "../contracts/reporting-session.ts";
import { type PrefixCache, type PrefixCacheOptions, withPrefixCache } from "../decorate/with-prefix-cache.ts";
import { InvalidOptionError } from "../errors.ts";
import type { LoadMaskedModelOptions, LoadModelOptions, ModelSource, OnnxLanguageModel, OnnxMaskedModel } from "../onnx/index.ts";
import { guardPasses, type PassGate } from "../onnx/pass-gate.ts";
import { awaitDecoder } from "./await-decoder.ts";
import type { Connection } from "./connection.ts";
import type { Functions } from "./incoming-calls.ts";
import type { PluginImporter } from "./import-plugin.ts";
import { type Peer, peerAt } from "./peer.ts";
import { remoteDecoder } from "./remote-decoder.ts";
import { reporter } from "./reports.ts";
import { type DecoderRequest, type GenerationRequest, serveGeneration } from "./served-generations.ts";
import type { TransferredModels } from "./transferred-model.ts";
import type { DataSource, TransferredStore } from "./transferred-source.ts";

/** Description of a model that was loaded here, for the other side. */
export interface LoadedModel extends Pick<
  OnnxLanguageModel,
  "name" | "stopTokens" | "execution" | "file" | "parameters" | "bytes" | "generationConfig"
> {
  readonly model: number;
  /** Names of its chat templates. */
  readonly templates?: readonly string[];
  readonly models: TransferredModels;
  /** Whether it has a prefix cache. */
  readonly hasPrefixCache: boolean;
}

/** A function that loads a model, as `loadModel` of `@decodekit/core/onnx` does. */
export type ModelLoader = (source: ModelSource, options: LoadModelOptions) => Promise<OnnxLanguageModel>;

/** A function that loads a masked model, as `loadMaskedModel` of `@decodekit/core/onnx` does. */
export type MaskedModelLoader = (source: ModelSource, options: LoadMaskedModelOptions) => Promise<OnnxMaskedModel>;

/** The functions that load models, by the names that the other side calls. */
export interface ModelLoaders {
  readonly loadModel: ModelLoader;
  readonly loadMaskedModel: MaskedModelLoader;
}

/** The other side's request to load a model. */
export interface LoadRequest {
  /** Call number for reports of its progress and warnings. */
  readonly number: number;
  readonly source?: DataSource;
  /** A store of the other side, in place of `source`. */
  readonly store?: TransferredStore;
  readonly options: Omit<LoadModelOptions & LoadMaskedModelOptions, "onProgress" | "onWarning" | "signal">;
  /** Options of the model's prefix cache, if it is to have one. Checked already. */
  readonly prefixCache: PrefixCacheOptions | undefined;
  readonly gate: PassGate | undefined;
}

type AnyModel = (OnnxLanguageModel | OnnxMaskedModel) & { readonly prefixCache?: PrefixCache };
type ServedModel = AnyModel & { readonly release: () => void };

/** Lets the other side load models here, and run decoders on them. */
export function serveLoadedModels({ connection, models, receiveStore }: Peer, importer: PluginImporter, loaders: ModelLoaders): void {
  const loaded = new Map<number, ServedModel>();
  let count = 0;
  const get = (id: number): AnyModel => {
    const model = loaded.get(id);
    if (model) return model;
    throw new InvalidOptionError({ where: "worker", option: "model", expected: "a model that is loaded in this worker", actual: id });
  };

  const loadBy =
    (load: ModelLoader | MaskedModelLoader) =>
    async ({ number, source, store, options, prefixCache, gate }: LoadRequest, signal: AbortSignal): Promise<LoadedModel> => {
      if (gate) guardPasses(gate);
      const { progress, warning } = reporter(connection, number);
      const opened = await load(store ? receiveStore(store) : source!, { ...options, signal, onProgress: progress, onWarning: warning });
      const model: AnyModel = prefixCache ? withPrefixCache(opened, prefixCache) : opened;
      if (signal.aborted) await model.dispose();
      signal.throwIfAborted();
      const { name, stopTokens, execution, file, parameters, bytes, generationConfig, chat, causal, masked } = model;
      const sent = models.send({ ...(causal && { causal }), ...(masked && { masked }) });
      loaded.set(++count, { ...model, release: sent.release });
      const optional = { ...(generationConfig && { generationConfig }), ...(chat && { templates: chat.names }) };
      return {
        model: count,
        models: sent.transferred,
        name,
        stopTokens,
        execution,
        file,
        parameters,
        bytes,
        hasPrefixCache: prefixCache !== undefined,
        ...optional,
      };
    };

  connection.expose({
    loadModel: loadBy(loaders.loadModel),
    loadMaskedModel: loadBy(loaders.loadMaskedModel),
    ...textFunctions(get),
    prefixCacheStatistics: (id: number, role: CausalRole | undefined) => get(id).prefixCache!.statistics(role),
    clearPrefixCache: (id: number) => get(id).prefixCache!.clear(),
    async disposeModel(id: number) {
      const model = loaded.get(id);
      loaded.delete(id);
      model?.release();
      await model?.dispose();
    },
  });
  serveGenerations(connection, importer, get);
  connection.held.set("loadedModels", loaded);
  connection.onEnd(async () => {
    const open = [...loaded.values()];
    loaded.clear();
    await Promise.all(open.map((model) => model.dispose()));
  });
}

/** The functions of a model's tokenizer and chat template. */
function textFunctions(get: (id: number) => AnyModel): Functions {
  const chat = (id: number): ChatTemplate => get(id).chat!;
  return {
    encode: (id: number, text: string, options: EncodeOptions | undefined) => get(id).tokenizer.encode(text, options),
    decode: (id: number, tokens: Int32Array) => get(id).tokenizer.decode(tokens),
    tokenText: (id: number, token: TokenId) => get(id).tokenizer.tokenText(token),
    tokenBytes: (id: number, token: TokenId) => get(id).tokenizer.tokenBytes?.(token),
    renderChat: (id: number, messages: readonly ChatMessage[], options: ChatRenderOptions | undefined) =>
      chat(id).render(messages, options),
    encodeChat: (id: number, messages: readonly ChatMessage[], options: ChatOptions | undefined) => chat(id).encode(messages, options),
  };
}

function serveGenerations(connection: Connection, importer: PluginImporter, get: (id: number) => AnyModel): void {
  /** Connections to the workers in which decoders run, by the number of the generation. */
  const decoderWorkers = new Map<number, Connection>();
  connection.held.set("decoderWorkers", decoderWorkers);
  connection.expose({
    async generate(request: GenerationRequest, { reference, port }: DecoderRequest, signal: AbortSignal) {
      const { number } = request;
      const other = port && peerAt(port);
      if (other) decoderWorkers.set(number, other.connection);
      try {
        const [model, draft] = [get(request.model), request.draft === undefined ? undefined : get(request.draft)];
        const create = () => (other ? remoteDecoder(other.connection, other.models, reference) : importer.create(reference, model));
        const decoder = await awaitDecoder(reference.plugin, create, signal);
        return await serveGeneration(request, { model, draft, decoder, signal, report: reporter(connection, number) });
      } finally {
        decoderWorkers.delete(number);
        other?.connection.close("The generation is over.");
        port?.close();
      }
    },
    decoderWorkerEnded: (number: number, problem: string) => decoderWorkers.get(number)?.close(problem),
  });
}
