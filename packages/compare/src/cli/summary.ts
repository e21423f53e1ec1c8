import type { PluginOptionValues } from "@decodekit/core";
import { groupBy } from "../group-by.ts";
import type { RunReport } from "../report.ts";

/** The combined runs of one decoder with one set of options. */
export interface DecoderSummary {
  readonly decoder: string;
  readonly options: PluginOptionValues;
  /** False if any run was not lossless; null if the decoder claims nothing. */
  readonly lossless: boolean | null;
  readonly runs: readonly RunReport[];
  readonly tokens: number;
  /** Passes of the target. */
  readonly passes: number;
  readonly passesPer1000Tokens: number | null;
  /** Passes of a draft model. */
  readonly draftModelPasses: number;
  /** Median over the runs. */
  readonly tokensPerSecond: number | null;
  /** Median over the runs. */
  readonly timeToFirstTokenMilliseconds: number | null;
  /** Accepted over drafted tokens, in [0, 1]; null when nothing was drafted. */
  readonly acceptance: number | null;
  /** How often shown tokens were replaced or remasked. */
  readonly revisions: number;
  /** Share of all tokens that differ from the token first shown at their position. */
  readonly changedShare: number | null;
  /** Mean over all scored tokens. */
  readonly negativeLogLikelihood: number | null;
  /** Number of runs by finish reason. */
  readonly finishReasons: ReadonlyMap<string, number>;
}

/** Returns one summary per decoder and options, in the order in which they first ran. */
export function summarize(runs: readonly RunReport[]): DecoderSummary[] {
  return [...groupBy(runs, ({ decoder, options }) => JSON.stringify([decoder, options])).values()].map(summarizeRuns);
}

function summarizeRuns(runs: [RunReport, ...RunReport[]]): DecoderSummary {
  const [{ decoder, options }] = runs;
  const tokens = sum(runs.map((run) => run.tokens.length));
  const passes = sum(runs.map(({ targetPasses }) => targetPasses));
  const drafted = sum(runs.map((run) => run.drafted));
  const scored = runs.filter((run) => run.negativeLogLikelihood !== null);
  const nats = sum(scored.map((run) => run.negativeLogLikelihood! * run.tokens.length));
  return {
    decoder,
    options,
    lossless: runs.every((run) => run.lossless === null) ? null : runs.every((run) => run.lossless),
    runs,
    tokens,
    passes,
    passesPer1000Tokens: ratio(1000 * passes, tokens),
    draftModelPasses: sum(runs.flatMap(({ passesByModel }) => Object.values(passesByModel.draft))),
    tokensPerSecond: median(runs.map((run) => run.tokensPerSecond)),
    timeToFirstTokenMilliseconds: median(runs.map((run) => run.timeToFirstTokenMilliseconds)),
    revisions: sum(runs.map((run) => run.revisions)),
    changedShare: ratio(sum(runs.map((run) => (run.changedShare ?? 0) * run.tokens.length)), tokens),
    acceptance: ratio(sum(runs.map((run) => run.accepted)), drafted),
    negativeLogLikelihood: ratio(nats, sum(scored.map((run) => run.tokens.length))),
    finishReasons: new Map([...groupBy(runs, (run) => run.finishReason)].map(([reason, group]) => [reason, group.length])),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** Returns the median of the non-null values; the mean of the middle two if their number is even, null if there are none. */
function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
