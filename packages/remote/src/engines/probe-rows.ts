import { type RowConsistency, seededRandom } from "@decodekit/core";
import type { ServedRow } from "../rows/served-row.ts";
import { otherModel } from "./identity.ts";
import { wholeRow } from "./prefix-batch.ts";
import type { PrefixServer } from "./prefix-server.ts";

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

/** Asks for one row twice, once in a batch that reads all of it and once alone, when the server has it in a cache. */
export async function probeRows(server: PrefixServer, signal: AbortSignal | undefined): Promise<RowProbe> {
  const random = seededRandom(7);
  const tokens = Int32Array.from({ length: LENGTH }, () => Math.floor(random.uniform() * server.vocabSize));
  const top = Math.min(TOP, server.maxTop);
  const prefixes = [LENGTH - 2, LENGTH - 1, LENGTH].map((length) => tokens.slice(0, length));
  const first = (await server.rowsAfter(prefixes, top, signal)).at(-1)!;
  const [second] = await server.rowsAfter([tokens], server.maxTop, signal);
  if (server.maxTop === server.vocabSize) wholeRow(server.source, second!, server.vocabSize);
  const rowDifference = differenceOf(first, second!);
  return {
    rowDifference,
    rowConsistency: rowDifference <= MOST_ROUNDING ? "rounding" : "approximate",
    async check(again) {
      const [row] = await server.rowsAfter([tokens], top, again);
      if (variationOf(first, row!) <= OTHER_MODEL) return;
      throw otherModel(server.source, "the server's predictions are no longer those of the model that was connected to");
    },
  };
}

const probabilitiesOf = ({ tokens, logProbabilities }: ServedRow): Map<number, number> =>
  new Map(Array.from(tokens, (token, place) => [token, logProbabilities[place]!]));

function differenceOf(a: ServedRow, b: ServedRow): number {
  const other = probabilitiesOf(b);
  return Array.from(a.tokens, (token, place) => {
    const [here, there] = [a.logProbabilities[place]!, other.get(token)];
    return there === undefined || here === there ? 0 : Math.abs(here - there);
  }).reduce((most, difference) => Math.max(most, difference), 0);
}

/** Half the distance of the probabilities of the tokens of either row; one that a row does not have counts as 0. */
function variationOf(a: ServedRow, b: ServedRow): number {
  const [first, second] = [probabilitiesOf(a), probabilitiesOf(b)];
  const of = (row: Map<number, number>, token: number): number => Math.exp(row.get(token) ?? -Infinity);
  return [...new Set([...a.tokens, ...b.tokens])].reduce((sum, token) => sum + Math.abs(of(first, token) - of(second, token)) / 2, 0);
}
