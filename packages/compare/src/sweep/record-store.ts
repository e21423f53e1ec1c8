import type { SweepRecord } from "./record.ts";

/**
 * What became of a record: "stored"; "same" if a record of that cell was there, with the same outcome; "different" if the outcome is another.
 * The first one stays. A failure gives way to every other record of its key.
 */
export type Put = "stored" | "same" | "different";

/** The results of sweeps. Two processes may write into one at a time. */
export interface RecordStore {
  /** Whether there is a record for a cell, or a pair, that is not a failure. */
  has(key: string): boolean;
  put(record: SweepRecord): Promise<Put>;
  /** Reads every record, in the order in which they were written. */
  records(): AsyncIterable<SweepRecord>;
  close(): Promise<void>;
}
