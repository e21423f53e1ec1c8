import type { Decoder } from "../contracts/decoder.ts";
import { checkReference, checkSpecifier, checkWorker } from "./check-arguments.ts";
import type { Endpoint } from "./endpoint.ts";
import { peerAt } from "./peer.ts";
import type { PluginDescription, PluginReference } from "./plugin-reference.ts";
import { remoteDecoder } from "./remote-decoder.ts";

/**
 * Imports a module in `worker` and returns the descriptions of the plugins that it exports, at least one.
 * @throws WorkerError if the module cannot be imported. @throws InvalidOptionError if its default export is not one or several plugins.
 */
export async function describePlugins(worker: Endpoint, plugin: string): Promise<readonly PluginDescription[]> {
  checkWorker("describePlugins", worker);
  checkSpecifier({ where: "describePlugins", option: "plugin" }, plugin);
  return peerAt(worker).connection.call("describePlugins", [plugin]);
}

/**
 * Creates a decoder whose code is imported and runs in `worker`, on any models of this side: each pass is a round trip to them. Events
 * arrive one at a time, and nothing runs ahead of the reader. `random` must come from `seededRandom`.
 * @throws the errors of `describePlugins`, and InvalidOptionError for an invalid option.
 */
export async function importDecoder(worker: Endpoint, reference: PluginReference): Promise<Decoder> {
  checkWorker("importDecoder", worker);
  checkReference({ where: "importDecoder", option: "plugin" }, reference);
  const { connection, models } = peerAt(worker);
  return remoteDecoder(connection, models, reference);
}
