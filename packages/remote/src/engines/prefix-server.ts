import type { ServedRow } from "../rows/served-row.ts";
import type { Identity } from "./identity.ts";

/** A server that predicts one token after each of several sequences. */
export interface PrefixServer {
  /** URL of the server, for messages. */
  readonly source: string;
  readonly vocabSize: number;
  /** Most tokens of a sequence after which it predicts one. */
  readonly contextLength: number;
  /** Most logits that it gives of a row; `vocabSize` if it gives whole rows. */
  readonly maxTop: number;
  /** Returns the row after each of `sequences`, with its `top` largest logits at least, 1 <= top <= maxTop. */
  rowsAfter(sequences: readonly Int32Array[], top: number, signal: AbortSignal | undefined): Promise<readonly ServedRow[]>;
  /** Asks what the server serves now. */
  identity(signal: AbortSignal | undefined): Promise<Identity>;
}
