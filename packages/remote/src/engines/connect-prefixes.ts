import type { Connection } from "../connection/connection.ts";
import { type RemoteFacts, type RemoteModel, remoteModel } from "../session/remote-model.ts";
import type { RowServer } from "../session/row-server.ts";
import { checkIdentity } from "./identity.ts";
import { prefixBatch } from "./prefix-batch.ts";
import type { PrefixServer } from "./prefix-server.ts";
import { probeRows } from "./probe-rows.ts";

export interface ConnectedEngine {
  readonly engine: RemoteFacts["engine"];
  readonly model: string;
  readonly connection: Connection;
  readonly server: PrefixServer;
  /** Returns how many tokens the server found in its cache so far, if it tells. */
  readonly tokensReused?: (() => number) | undefined;
}

/** Probes a server of prefixes and returns its model. */
export async function connectPrefixes(
  { engine, model, connection, server, tokensReused }: ConnectedEngine,
  signal: AbortSignal | undefined,
): Promise<RemoteModel> {
  const { source, vocabSize, contextLength, maxTop } = server;
  const identity = await server.identity(signal);
  const probe = await probeRows(server, signal);
  const check: RowServer["check"] = async (each) => checkIdentity(source, identity, await server.identity(each));
  let tokensSent = 0;
  const checked: PrefixServer = {
    ...server,
    async rowsAfter(sequences, top, each) {
      const { failures } = connection.usage;
      const rows = await server.rowsAfter(sequences, top, each);
      tokensSent += sequences.reduce((sum, { length }) => sum + length, 0);
      if (connection.usage.failures > failures) {
        // It may have been started again, with another model.
        await check(each);
        await probe.check(each);
      }
      return rows;
    },
  };
  const rows: RowServer = { source, vocabSize, contextLength, rowConsistency: probe.rowConsistency, check, ...prefixBatch(checked) };
  const facts = { engine, model, source, mostLogits: maxTop, rowDifference: probe.rowDifference };
  return remoteModel(rows, facts, () => ({ ...connection.usage, tokensSent, tokensReused: tokensReused?.() }));
}
