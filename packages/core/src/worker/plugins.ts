import type { Decoder } from "../decoder.ts";
import { checkReference, checkSpecifier, checkWorker } from "./check-arguments.ts";
import type { Endpoint } from "./endpoint.ts";
import { peerAt } from "./peer.ts";
import type { PluginDescription, PluginReference } from "./plugin-reference.ts";
import { remoteDecoder } from "./remote-decoder.ts";

/**
 * Imports a plugin in `worker` and tells what it says of itself.
 * @throws WorkerError when the module cannot be imported. @throws InvalidOptionError when its default export is no plugin.
 */
export async function describePlugin(worker: Endpoint, plugin: string): Promise<PluginDescription> {
  checkWorker("describePlugin", worker);
  checkSpecifier({ where: "describePlugin", option: "plugin" }, plugin);
  return peerAt(worker).connection.call("describePlugin", [plugin]);
}

/**
 * A decoder whose code is imported and runs in `worker`, on any models of this side: each pass crosses to them and back.
 * Events come one at a time and nothing runs ahead of the reader. `random` must come from `seededRandom`.
 * @throws what `describePlugin` throws, and InvalidOptionError for a wrong option.
 */
export async function importDecoder(worker: Endpoint, reference: PluginReference): Promise<Decoder> {
  checkWorker("importDecoder", worker);
  checkReference({ where: "importDecoder", option: "plugin" }, reference);
  const { connection, models } = peerAt(worker);
  return remoteDecoder(connection, models, reference);
}
