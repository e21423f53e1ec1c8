import type { Put } from "../sweep/record-store.ts";
import type { CellRecord, FailureRecord, PlanRecord, SweepRecord, TimingRecord } from "../sweep/record.ts";

/** A plan that was submitted. */
export interface StoredRun {
  /** SHA-256 of the resolved plan. */
  readonly digest: string;
  readonly record: PlanRecord;
  /** The folder that paths in the plan are relative to. */
  readonly folder: string;
  /** When it was submitted last, in ISO 8601. */
  readonly submitted: string;
  /** Number of cells in a job. */
  readonly chunk: number;
  readonly cancelled: boolean;
}

/**
 * The results of many machines, in the database that also keeps the queue: a crash can lose the end of a job, and never a result that the
 * end of a job speaks of. Keys are those of cells and pairs; a result belongs to every plan that has its cell.
 */
export interface ResultDatabase {
  /** Makes what is missing in the database. Called by the submitter. */
  prepare(): Promise<void>;
  /** Adds a run. One that is there keeps its folder and its chunks, is no longer cancelled, and has the new time. */
  saveRun(run: Omit<StoredRun, "cancelled">): Promise<void>;
  cancelRun(digest: string): Promise<void>;
  /** All runs, the one that was submitted last at the end. */
  runs(): Promise<readonly StoredRun[]>;
  run(digest: string): Promise<StoredRun | undefined>;
  /** Returns those of the keys that have neither a result nor a failure. */
  missing(keys: readonly string[]): Promise<readonly string[]>;
  /** Keeps the first record of a key, and each further outcome that differs. */
  put(record: CellRecord | FailureRecord | TimingRecord): Promise<Put>;
  /** Removes the failures of keys, so that they are missing. */
  forgetFailures(keys: readonly string[]): Promise<void>;
  /** Returns every record of the keys. */
  records(keys: readonly string[]): Promise<readonly SweepRecord[]>;
  close(): Promise<void>;
}
