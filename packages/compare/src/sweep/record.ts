import canonicalize from "canonicalize";
import type { Environment, ModelReport, RunReport } from "../report.ts";
import type { ResolvedPlan } from "./cells.ts";

/** The first line of a file of records: what the cells in it are of. A later one replaces it, after the plan was amended. */
export interface PlanRecord {
  readonly type: "plan";
  readonly resolved: ResolvedPlan;
  readonly model: ModelReport;
}

/** The fields of a run that depend on the machine, and on what else it does. */
const TIMES = [
  "prefillMilliseconds",
  "decodeMilliseconds",
  "timeToFirstTokenMilliseconds",
  "tokensPerSecond",
] as const satisfies readonly (keyof RunReport)[];

export type RunTimes = Pick<RunReport, (typeof TIMES)[number]>;

/** What a cell's run gave, the same wherever it runs. */
export type Outcome = Omit<RunReport, keyof RunTimes>;

/** A run that has ended. */
export interface CellRecord {
  readonly type: "cell";
  readonly key: string;
  readonly outcome: Outcome;
  readonly times: RunTimes;
  /** The process that ran it: its machine's name and its number. */
  readonly worker: string;
}

/** A run that failed, and would fail again. */
export interface FailureRecord {
  readonly type: "failure";
  readonly key: string;
  /** Name of the error's class, or "exit" if the process ended, or "timeout". */
  readonly error: string;
  readonly message: string;
  readonly worker: string;
}

/** Two runs whose times may be compared: they took turns in one process. */
export interface TimingRecord {
  readonly type: "timing";
  /** "t" and the SHA-256 of the two cells' keys and the number of rounds. */
  readonly key: string;
  /** Keys of the cells. */
  readonly baseline: string;
  readonly candidate: string;
  /** One per round, in order. */
  readonly baselineTimes: readonly TimedRun[];
  readonly candidateTimes: readonly TimedRun[];
  readonly worker: string;
  readonly environment: Environment;
}

export interface TimedRun {
  readonly prefillMilliseconds: number;
  readonly decodeMilliseconds: number;
  readonly tokens: number;
}

export type SweepRecord = PlanRecord | CellRecord | FailureRecord | TimingRecord;

/** Returns the record of a run, in which what depends on the machine is apart. */
export function cellRecord(key: string, run: RunReport, worker: string): CellRecord {
  const isTime = (name: string): boolean => (TIMES as readonly string[]).includes(name);
  const entries = Object.entries(run);
  return {
    type: "cell",
    key,
    outcome: Object.fromEntries(entries.filter(([name]) => !isTime(name))) as unknown as Outcome,
    times: Object.fromEntries(entries.filter(([name]) => isTime(name))) as unknown as RunTimes,
    worker,
  };
}

/** Returns a record's line, without the line break: JSON in the one form that RFC 8785 gives it, so that equal records have equal lines. */
export function lineOf(record: object): string {
  return canonicalize(record)!;
}
