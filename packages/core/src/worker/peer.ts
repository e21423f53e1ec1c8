import { type Connection, connectionTo } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { type ModelTransfer, modelTransfer } from "./remote-models.ts";
import { type StoreReceiver, storeReceiver } from "./remote-stores.ts";
import { type Reports, reports } from "./reports.ts";
import { type ServedModels, serveModels } from "./served-models.ts";
import { type ServedStores, serveStores } from "./served-stores.ts";

/** The other side of a connection, and the transfers to it. */
export interface Peer {
  readonly connection: Connection;
  readonly served: ServedModels;
  readonly models: ModelTransfer;
  readonly stores: ServedStores;
  readonly receiveStore: StoreReceiver;
  readonly reports: Reports;
}

const peers = new WeakMap<object, Peer>();

/** Returns the peer at `endpoint`, which is created at the first call. From then on it may use the models and stores sent to it. */
export function peerAt(endpoint: Endpoint): Peer {
  let peer = peers.get(endpoint);
  if (!peer) {
    const connection = connectionTo(endpoint);
    const served = serveModels(connection);
    peer = {
      connection,
      served,
      models: modelTransfer(connection, served),
      stores: serveStores(connection),
      receiveStore: storeReceiver(connection),
      reports: reports(connection),
    };
    peers.set(endpoint, peer);
  }
  return peer;
}

/** Returns how many objects of each kind are still held for the other side of `endpoint`, without kinds that have none. */
export function heldAt(endpoint: Endpoint): Record<string, number> {
  const sizes = [...peerAt(endpoint).connection.held].map(([name, { size }]) => [name, size] as const);
  return Object.fromEntries(sizes.filter(([, size]) => size > 0));
}
