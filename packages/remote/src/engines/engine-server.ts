import type { AnsweredRow, PassRequest } from "../session/row-server.ts";
import type { Identity } from "./identity.ts";

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
  /** Returns how many tokens the server found in its cache so far, if it tells. */
  tokensReused?(): number;
}
