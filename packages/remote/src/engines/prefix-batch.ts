import type { ServedRow } from "../rows/served-row.ts";
import { sequenceTo } from "../session/row-server.ts";
import { answeredRow, logitsToAsk } from "./answered-rows.ts";
import type { EngineServer } from "./engine-server.ts";

/** What a server of completions is asked. */
export interface PrefixServer extends Pick<EngineServer, "source" | "vocabSize" | "mostLogits"> {
  /** Returns the row after each of `sequences`, with its `top` largest logits at least, 1 <= top <= mostLogits. */
  rowsAfter(sequences: readonly Int32Array[], top: number, signal: AbortSignal | undefined): Promise<readonly ServedRow[]>;
}

/**
 * Returns the rows of a pass from a batch of prefixes: to verify a draft of n tokens, the row after each beginning of the draft is asked for
 * as the first token of a completion, n + 1 completions in one call. Such a server reads what the prefixes share once.
 */
export function rowsOfPrefixes(server: PrefixServer): EngineServer["rowsOf"] {
  return async (request) => {
    const { wanted, reads, signal } = request;
    const top = logitsToAsk(reads, server);
    const sequences = wanted.map((index) => sequenceTo(index, request));
    const rows = await server.rowsAfter(sequences, top, signal);
    return rows.map((row) => answeredRow(row, reads, server));
  };
}

/** Returns the number of tokens of all `sequences`. */
export function countTokens(sequences: readonly Int32Array[]): number {
  return sequences.reduce((sum, { length }) => sum + length, 0);
}
