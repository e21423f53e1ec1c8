import { logSoftmax, type RowConsistency, seededRandom } from "@decodekit/core";
import { topK } from "@decodekit/core/toolkit";
import type { AnsweredRow } from "../session/row-server.ts";
import type { EngineServer } from "./engine-server.ts";
import { otherModel } from "./identity.ts";

export interface RowProbe {
  /** Largest difference between two answers for one row, in nats, over its likeliest tokens. */
  readonly rowDifference: number;
  readonly rowConsistency: RowConsistency;
  /** Asks for that row again. @throws RemoteError "wrong-model" if it is far from what it was. */
  check(signal: AbortSignal | undefined): Promise<void>;
}

const LENGTH = 8;
const TOP = 8;
/** Differences above this, in nats, are more than rounding: 16-bit caches and matrices stay below 0.06. */
const MOST_ROUNDING = 0.1;
/** Total variation over the likeliest tokens above which rows are those of another model. */
const OTHER_MODEL = 0.2;

/**
 * Asks for one row twice, once with those before it in a pass that reads all tokens, and once alone, when the server has them in a cache.
 * @throws RemoteError "invalid-answer" if the server gives whole rows and they are none.
 */
export async function probeRows(server: EngineServer, signal: AbortSignal | undefined): Promise<RowProbe> {
  const random = seededRandom(7);
  const tokens = Int32Array.from({ length: LENGTH }, () => Math.floor(random.uniform() * server.vocabSize));
  const last = LENGTH - 1;
  const parts = { reads: { top: TOP }, session: "probe" };
  const read = async (each: AbortSignal | undefined): Promise<Row> => {
    const request = { ...parts, committed: tokens.subarray(0, last), tokens: tokens.subarray(last), wanted: [0], signal: each };
    return likeliest((await server.rowsOf(request))[0]!);
  };
  const several = { ...parts, committed: new Int32Array(0), tokens, wanted: [last - 2, last - 1, last], signal };
  const first = likeliest((await server.rowsOf(several)).at(-1)!);
  const rowDifference = differenceOf(first, await read(signal));
  if (server.mostLogits === server.vocabSize) await server.rowsOf({ ...several, wanted: [last], reads: undefined });
  return {
    rowDifference,
    rowConsistency: rowDifference <= MOST_ROUNDING ? "rounding" : "approximate",
    async check(each) {
      if (variationOf(first, await read(each)) <= OTHER_MODEL) return;
      throw otherModel(server.source, "the server's predictions are no longer those of the model that was connected to");
    },
  };
}

/** Log-probabilities of the likeliest tokens. */
type Row = ReadonlyMap<number, number>;

function likeliest(row: AnsweredRow): Row {
  if (!(row instanceof Float32Array)) return new Map(Array.from(row.tokens, (token, place) => [token, row.logits[place]!]));
  const logProbabilities = logSoftmax(row);
  return new Map(topK(row, TOP).map((token) => [token, logProbabilities[token]!]));
}

function differenceOf(a: Row, b: Row): number {
  return [...a].reduce((most, [token, value]) => Math.max(most, Math.abs(value - (b.get(token) ?? value))), 0);
}

/** Half the distance of the probabilities of the tokens of either row; one that a row does not have counts as 0. */
function variationOf(a: Row, b: Row): number {
  const of = (row: Row, token: number): number => Math.exp(row.get(token) ?? -Infinity);
  return [...new Set([...a.keys(), ...b.keys()])].reduce((sum, token) => sum + Math.abs(of(a, token) - of(b, token)) / 2, 0);
}
