import { type Connection, connectionTo } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { type ModelTransfer, modelTransfer } from "./remote-models.ts";
import { type ServedModels, serveModels } from "./served-models.ts";

/** The other side, and what crosses to it. */
export interface Peer {
  readonly connection: Connection;
  readonly served: ServedModels;
  readonly models: ModelTransfer;
}

const peers = new WeakMap<object, Peer>();

/** The peer at `endpoint`, made when it is first asked for. Its models may be used there from then on. */
export function peerAt(endpoint: Endpoint): Peer {
  let peer = peers.get(endpoint);
  if (!peer) {
    const connection = connectionTo(endpoint);
    const served = serveModels(connection);
    peers.set(endpoint, (peer = { connection, served, models: modelTransfer(connection, served) }));
  }
  return peer;
}
