import { RemoteError } from "../remote-error.ts";
import { partOfServed } from "../rows/part-of-served.ts";
import { float32NormaliserError, type ServedRow, wholeRowOf } from "../rows/served-row.ts";
import { type AnsweredRow, type PassRequest, type RowServer, sequenceTo } from "../session/row-server.ts";
import type { PrefixServer } from "./prefix-server.ts";

/** Returns the whole row that a server gave. @throws RemoteError "invalid-answer" if it is none. */
export function wholeRow(source: string, row: ServedRow, vocabSize: number): Float32Array {
  return wholeRowOf(row, vocabSize) ?? refuseRow(source, row);
}

/** Logits that are asked for beyond those that are needed, so that ties at the end of a part seldom make it useless. */
const SPARE = 3;

/**
 * A server whose rows come from a batch of prefixes: to verify a draft of n tokens, the row after each beginning of the draft is asked for
 * as the first token of a completion, n + 1 completions in one call. Such a server reads what the prefixes share once.
 */
export function prefixBatch(server: PrefixServer): Pick<RowServer, "tree" | "rowsOf"> {
  const { source, vocabSize, maxTop } = server;
  const facts = { vocabSize, normaliserError: float32NormaliserError(vocabSize) };
  return {
    tree: true,
    async rowsOf(request: PassRequest): Promise<readonly AnsweredRow[]> {
      const { wanted, reads, signal } = request;
      if (!reads && maxTop < vocabSize) throw partsOnly(source, maxTop);
      const sequences = wanted.map((index) => sequenceTo(index, request));
      const rows = await server.rowsAfter(sequences, Math.min(reads ? reads.top + SPARE : vocabSize, maxTop), signal);
      return rows.map((row): AnsweredRow => (reads ? partOfServed(row, facts, reads) : wholeRow(source, row, vocabSize)));
    },
  };
}

function partsOnly(source: string, maxTop: number): RemoteError {
  const problem = `the server gives at most ${maxTop} logits of a row, and the decoder or its sampler needs all of them here`;
  const advice = "Let the server give more, or use greedy decoding or top-p, which seldom need more.";
  return new RemoteError({ reason: "parts-only", source, problem, advice });
}

function refuseRow(source: string, { tokens }: ServedRow): never {
  const advice = "Check the size of the vocabulary, and that the server was not started again with another model.";
  throw new RemoteError({ reason: "invalid-answer", source, problem: `${tokens.length} logits came that are no whole row`, advice });
}
