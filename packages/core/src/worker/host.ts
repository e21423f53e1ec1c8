import { InvalidOptionError } from "../errors.ts";
import { objectOption, resolveOptions } from "../options.ts";
import { CALLBACK } from "./check-arguments.ts";
import type { Connection } from "./connection.ts";
import { type Endpoint, isEndpoint } from "./endpoint.ts";
import { pluginImporter } from "./import-plugin.ts";
import { type MaskedModelLoader, type ModelLoader, type ModelLoaders, serveLoadedModels } from "./loaded-models.ts";
import { peerAt } from "./peer.ts";
import type { PluginModules } from "./plugin-reference.ts";
import { serveDecodes } from "./served-decodes.ts";

export interface ServeOptions {
  /**
   * Plugin modules by the specifier under which they are requested, for bundlers, which must see each `import`. Any other specifier is
   * imported directly. @defaultValue {}
   */
  readonly plugins?: PluginModules | undefined;
  /** Loads the requested models; may change them before they are used. @defaultValue loadModel of `@decodekit/core/onnx` */
  readonly loadModel?: ModelLoader | undefined;
  /** The same for masked models. @defaultValue loadMaskedModel of `@decodekit/core/onnx` */
  readonly loadMaskedModel?: MaskedModelLoader | undefined;
  /** The source of requests, for example a port in a SharedWorker. @defaultValue the worker's own scope */
  readonly endpoint?: Endpoint | undefined;
}

export type { MaskedModelLoader, ModelLoader };

const OPTIONS = {
  plugins: objectOption("functions that import a plugin's module, by specifier", (value) => {
    return typeof value === "object" && value !== null && Object.values(value).every((module) => typeof module === "function");
  }),
  loadModel: CALLBACK,
  loadMaskedModel: CALLBACK,
  endpoint: objectOption("a worker's scope or a MessagePort", isEndpoint),
};

/**
 * Serves the requests of `@decodekit/core/worker` in this worker. Call it once; earlier requests wait for it.
 * @throws InvalidOptionError for an invalid option, or outside a worker without an `endpoint`.
 */
export function serve(options: ServeOptions = {}): void {
  resolveOptions("serve", options, OPTIONS);
  const { plugins = {}, endpoint = ownEndpoint() } = options;
  const { loadModel = onnxLoaders.loadModel, loadMaskedModel = onnxLoaders.loadMaskedModel } = options;
  const peer = peerAt(endpoint);
  const { connection } = peer;
  const importer = pluginImporter(plugins);
  const others = new Set<Connection>();
  serveDecodes(connection, peer.models, importer);
  serveLoadedModels(peer, importer, { loadModel, loadMaskedModel });
  connection.held.set("ports", others);
  connection.expose({
    // A second connection, for another worker, which only runs plugins.
    acceptPort({ port }: { readonly port: MessagePort }) {
      const other = peerAt(port);
      serveDecodes(other.connection, other.models, importer);
      others.add(other.connection);
      other.connection.closed.addEventListener("abort", () => others.delete(other.connection), { once: true });
    },
    end: (problem: string) => Promise.all([connection, ...others].map((each) => each.finish(problem))),
  });
}

/** Imported on demand: a worker that only runs decoders needs no runtime. */
const onnxLoaders: ModelLoaders = {
  loadModel: async (source, options) => (await import("../onnx/index.ts")).loadModel(source, options),
  loadMaskedModel: async (source, options) => (await import("../onnx/index.ts")).loadMaskedModel(source, options),
};

function ownEndpoint(): Endpoint {
  const node = (globalThis.process as NodeJS.Process | undefined)?.getBuiltinModule?.("node:worker_threads");
  if (node?.parentPort) return node.parentPort;
  if ("postMessage" in globalThis && !("document" in globalThis)) return globalThis as unknown as Endpoint;
  throw new InvalidOptionError({ where: "serve", option: "the caller", expected: "the script of a worker", actual: "the main thread" });
}
