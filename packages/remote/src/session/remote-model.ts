import type { CausalModel } from "@decodekit/core";
import type { ConnectionUsage } from "../connection/connection.ts";
import type { TokensUsed } from "../engines/engine-server.ts";
import { RemoteSession } from "./remote-session.ts";
import type { RowServer } from "./row-server.ts";

/** What a model was found to give when it was connected to. */
export interface RemoteFacts {
  readonly engine: "llama-server" | "vllm" | "sglang" | "kserve";
  /** Name of the model at the server. */
  readonly model: string;
  /** URL of the server, without credentials and query. */
  readonly source: string;
  /** Most logits of a row that the server gives in one answer; the size of the vocabulary if it gives whole rows. */
  readonly mostLogits: number;
  /**
   * How far a log-probability of a likely token was from itself in another request: one of several prefixes, one of a single prefix that
   * was cached. In nats. 0 does not mean that rows are always the same.
   */
  readonly rowDifference: number;
}

/** What was asked of a server, since it was connected to. */
export interface RemoteUsage extends ConnectionUsage, TokensUsed {}

/** A served model. Nothing has to be freed: the server keeps no state that is needed. */
export interface RemoteModel extends CausalModel {
  readonly facts: RemoteFacts;
  /** Returns what was asked of the server so far. */
  usage(): RemoteUsage;
}

/** Returns the model of a server. A new session first checks that it still serves that model. */
export function remoteModel(server: RowServer, facts: RemoteFacts, usage: () => RemoteUsage): RemoteModel {
  let sessions = 0;
  const newName = (): string => `session-${sessions++}`;
  return {
    kind: "causal",
    vocabSize: server.vocabSize,
    contextLength: server.contextLength,
    capabilities: { rewind: true, fork: true, tree: server.tree, rowConsistency: server.rowConsistency },
    facts,
    usage,
    async createSession() {
      await server.check();
      return new RemoteSession(server, new Int32Array(0), newName);
    },
  };
}
