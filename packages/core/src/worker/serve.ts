import { InvalidOptionError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import type { Connection } from "./connection.ts";
import { type Endpoint, isEndpoint } from "./endpoint.ts";
import { pluginImporter } from "./import-plugin.ts";
import { type ModelLoader, serveLoadedModels } from "./loaded-models.ts";
import { peerAt } from "./peer.ts";
import type { PluginModules } from "./plugin-reference.ts";
import { serveDecodes } from "./served-decodes.ts";

export interface ServeOptions {
  /**
   * Modules of plugins by the specifier under which they are asked for, for bundlers, which must see each `import`.
   * Any other specifier is imported as it is. @defaultValue {}
   */
  readonly plugins?: PluginModules | undefined;
  /** Loads the models that are asked for; may change them before they are used. @defaultValue loadModel of `@decodekit/core/onnx` */
  readonly loadModel?: ModelLoader | undefined;
  /** Where requests come from: a port in a SharedWorker, for example. @defaultValue the worker's own scope */
  readonly endpoint?: Endpoint | undefined;
}

export type { ModelLoader };

const OPTIONS = {
  plugins: {
    expected: "functions that import a plugin's module, by specifier",
    accepts: (value: unknown) =>
      typeof value === "object" && value !== null && Object.values(value).every((module) => typeof module === "function"),
  },
  loadModel: { expected: "a function", accepts: (value: unknown) => typeof value === "function" },
  endpoint: { expected: "a worker's scope or a MessagePort", accepts: isEndpoint },
} satisfies Record<keyof ServeOptions, object>;

/**
 * Makes this worker do what `@decodekit/core/worker` asks of it. Call it once; what is asked before waits for it.
 * @throws InvalidOptionError for a wrong option, or where no `endpoint` is given and this is no worker.
 */
export function serve(options: ServeOptions = {}): void {
  checkOptions("serve", options, OPTIONS);
  const { plugins = {}, loadModel = loadOnnxModel, endpoint = ownEndpoint() } = options;
  const peer = peerAt(endpoint);
  const { connection } = peer;
  const importer = pluginImporter(plugins);
  const others = new Set<Connection>();
  serveDecodes(connection, peer.models, importer);
  serveLoadedModels(peer, importer, loadModel);
  connection.held.set("ports", others);
  connection.offer({
    // A second way in, for another worker: it may run plugins, and asks for nothing else.
    acceptPort({ port }: { readonly port: MessagePort }) {
      const other = peerAt(port);
      serveDecodes(other.connection, other.models, importer);
      others.add(other.connection);
      other.connection.closed.addEventListener("abort", () => others.delete(other.connection), { once: true });
    },
    end: (problem: string) => Promise.all([connection, ...others].map((each) => each.windUp(problem))),
  });
}

/** A worker that runs decoders only needs no runtime. */
const loadOnnxModel: ModelLoader = async (source, options) => {
  const { loadModel } = await import("../onnx/index.ts");
  return loadModel(source, options);
};

function ownEndpoint(): Endpoint {
  const node = (globalThis.process as NodeJS.Process | undefined)?.getBuiltinModule?.("node:worker_threads");
  if (node?.parentPort) return node.parentPort;
  if ("postMessage" in globalThis && !("document" in globalThis)) return globalThis as unknown as Endpoint;
  throw new InvalidOptionError({ where: "serve", option: "the caller", expected: "the script of a worker", actual: "the main thread" });
}
