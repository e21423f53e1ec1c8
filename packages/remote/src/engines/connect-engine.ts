import type { Connection } from "../connection/connection.ts";
import { type RemoteFacts, type RemoteModel, remoteModel } from "../session/remote-model.ts";
import type { RowServer } from "../session/row-server.ts";
import type { EngineServer } from "./engine-server.ts";
import { checkIdentity } from "./identity.ts";
import { probeRows } from "./probe-rows.ts";

/** Probes a server and returns its model. */
export async function connectEngine(
  engine: RemoteFacts["engine"],
  connection: Connection,
  server: EngineServer,
  signal: AbortSignal | undefined,
): Promise<RemoteModel> {
  const { source, model, vocabSize, contextLength, tree, mostLogits } = server;
  const identity = await server.identity(signal);
  const probe = await probeRows(server, signal);
  const check: RowServer["check"] = async (each) => checkIdentity(source, identity, await server.identity(each));
  const rowsOf: RowServer["rowsOf"] = async (request) => {
    const { failures } = connection.usage;
    const rows = await server.rowsOf(request);
    if (connection.usage.failures > failures) {
      // It may have been started again, with another model.
      await check(request.signal);
      await probe.check(request.signal);
    }
    return rows;
  };
  const facts = { engine, model, source, mostLogits, rowDifference: probe.rowDifference };
  return remoteModel({ vocabSize, contextLength, tree, rowConsistency: probe.rowConsistency, check, rowsOf }, facts, () => ({
    ...connection.usage,
    ...server.used,
  }));
}
