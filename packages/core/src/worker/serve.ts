import { InvalidOptionError } from "../errors.ts";
import type { LoadModelOptions, ModelSource, OnnxLanguageModel } from "../onnx/index.ts";
import type { Endpoint } from "./endpoint.ts";
import { type PluginImporter, pluginImporter } from "./import-plugin.ts";
import { type Peer, peerAt } from "./peer.ts";
import type { PluginModules } from "./plugin-reference.ts";
import { remoteDecoder } from "./remote-decoder.ts";
import { serveDecodes } from "./served-decodes.ts";
import { type DecoderRequest, type GenerationRequest, serveGeneration } from "./served-generations.ts";
import type { TransferredSignal } from "./transfer-signal.ts";
import type { TransferredModels } from "./transferred-model.ts";

export interface ServeOptions {
  /**
   * Modules of plugins by the specifier under which they are asked for, for bundlers, which must see each `import`.
   * Any other specifier is imported as it is. @defaultValue {}
   */
  readonly plugins?: PluginModules | undefined;
}

/** What the other side is told of a model that was loaded here. */
export interface LoadedModel extends Pick<OnnxLanguageModel, "name" | "stopTokens" | "execution" | "parameters" | "bytes"> {
  readonly model: number;
  readonly models: TransferredModels;
}

/** Makes this worker do what `@decodekit/core/worker` asks of it. Call it once, at the start of the worker's script. */
export function serve({ plugins = {} }: ServeOptions = {}): void {
  const peer = peerAt(ownEndpoint());
  const importer = pluginImporter(plugins);
  serveDecodes(peer.connection, peer.models, importer);
  serveLoadedModels(peer, importer);
  peer.connection.offer({
    // A second way in, for another worker: it may run plugins, and asks for nothing else.
    acceptPort({ port }: { readonly port: MessagePort }) {
      const other = peerAt(port);
      serveDecodes(other.connection, other.models, importer);
    },
  });
}

function serveLoadedModels({ connection, models }: Peer, importer: PluginImporter): void {
  const loaded = new Map<number, OnnxLanguageModel & { readonly release: () => void }>();
  let count = 0;
  const get = (id: number): OnnxLanguageModel => {
    const model = loaded.get(id);
    if (model) return model;
    throw new InvalidOptionError({ where: "worker", option: "model", expected: "one that is loaded in this worker", actual: id });
  };

  connection.offer({
    async loadModel(load: number, source: ModelSource, options: LoadModelOptions, transferred: TransferredSignal | undefined) {
      const { signal, release } = connection.signals.receive(transferred);
      // A worker that runs decoders only needs no runtime.
      const { loadModel } = await import("../onnx/index.ts");
      const onProgress: LoadModelOptions["onProgress"] = (progress) => connection.tell("loadProgress", load, progress);
      const model = await loadModel(source, { ...options, signal, onProgress }).finally(release);
      const { name, stopTokens, execution, parameters, bytes, causal, masked } = model;
      const sent = models.send({ causal, ...(masked && { masked }) });
      loaded.set(++count, { ...model, release: sent.release });
      return { model: count, models: sent.transferred, name, stopTokens, execution, parameters, bytes } satisfies LoadedModel;
    },
    encode: (id: number, text: string) => get(id).tokenizer.encode(text),
    decode: (id: number, tokens: Int32Array) => get(id).tokenizer.decode(tokens),
    async disposeModel(id: number) {
      const model = loaded.get(id);
      loaded.delete(id);
      model?.release();
      await model?.dispose();
    },
    async generate(request: GenerationRequest, { reference, port }: DecoderRequest) {
      const draft = request.draft === undefined ? undefined : get(request.draft);
      const other = port && peerAt(port);
      try {
        const decoder = await (other ? remoteDecoder(other.connection, other.models, reference) : importer.create(reference));
        return await serveGeneration(connection, request, { model: get(request.model), draft, decoder });
      } finally {
        port?.close();
      }
    },
  });
}

function ownEndpoint(): Endpoint {
  const node = (globalThis.process as NodeJS.Process | undefined)?.getBuiltinModule?.("node:worker_threads");
  if (node?.parentPort) return node.parentPort;
  if ("postMessage" in globalThis && !("document" in globalThis)) return globalThis as unknown as Endpoint;
  throw new InvalidOptionError({ where: "serve", option: "the caller", expected: "the script of a worker", actual: "the main thread" });
}
