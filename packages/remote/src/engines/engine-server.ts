import type { AnsweredRow, PassRequest } from "../session/row-server.ts";
import type { Identity } from "./identity.ts";

/** Tokens of the sequences that a server was sent; in a batch of prefixes each counts in full. */
export interface TokensUsed {
  readonly tokensSent: number;
  /** Those of them that it found in its cache. @defaultValue it does not tell */
  readonly tokensReused?: number | undefined;
}

/** A server of one engine, as it answers: before it was probed. */
export interface EngineServer {
  /** URL of the server, for messages. */
  readonly source: string;
  /** Name of the model there. */
  readonly model: string;
  readonly vocabSize: number;
  /** Most tokens of a sequence after which it predicts one. */
  readonly contextLength: number;
  /** Most logits that it gives of a row; `vocabSize` if it gives whole rows. */
  readonly mostLogits: number;
  /** Whether it gives the rows of trees. */
  readonly tree: boolean;
  /** See `RowServer.rowsOf`. */
  rowsOf(request: PassRequest): Promise<readonly AnsweredRow[]>;
  /** Asks what the server serves now. */
  identity(signal: AbortSignal | undefined): Promise<Identity>;
  /** What passes have cost the server so far. */
  readonly used: TokensUsed;
}
