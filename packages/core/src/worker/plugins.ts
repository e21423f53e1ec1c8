import type { Decoder } from "../decoder.ts";
import type { Endpoint } from "./endpoint.ts";
import { peerAt } from "./peer.ts";
import type { PluginDescription, PluginReference } from "./plugin-reference.ts";
import { remoteDecoder } from "./remote-decoder.ts";

/**
 * Imports a plugin in `worker` and tells what it says of itself.
 * @throws WorkerError when the module cannot be imported. @throws InvalidOptionError when its default export is no plugin.
 */
export function describePlugin(worker: Endpoint, plugin: string): Promise<PluginDescription> {
  return peerAt(worker).connection.call("describePlugin", plugin);
}

/**
 * A decoder whose code is imported and runs in `worker`, on any models of this side: each pass crosses to them and back.
 * Events come one at a time and nothing runs ahead of the reader. `random` must come from `seededRandom`.
 * @throws what `describePlugin` throws, and InvalidOptionError for a wrong option.
 */
export function importDecoder(worker: Endpoint, reference: PluginReference): Promise<Decoder> {
  const { connection, models } = peerAt(worker);
  return remoteDecoder(connection, models, reference);
}

/**
 * Says that `worker` is gone or about to be, for example because it hangs and is terminated: everything under way there,
 * and every later call, rejects with a WorkerError. Workers that fail or end by themselves are noticed without this.
 */
export function disconnect(worker: Endpoint, problem = "The worker was terminated."): void {
  peerAt(worker).connection.close(problem);
}
