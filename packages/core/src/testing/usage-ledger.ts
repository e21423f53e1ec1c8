import { type RowGuard, rowGuard } from "./row-guard.ts";

/** One forward pass over a test model. */
export interface ModelPass {
  /** Number of the session, from 0 in the order of creation. */
  readonly session: number;
  /** Number of cached tokens before the pass. */
  readonly start: number;
  /** Number of tokens that the pass read. */
  readonly positions: number;
  /** Number of rows of logits that it returned. */
  readonly rows: number;
}

/** What a test model records of its sessions. */
export interface UsageLedger {
  readonly passes: ModelPass[];
  readonly rows: RowGuard;
  created: number;
  open: number;
}

/** The part of a test model that reports its use. */
export interface UsageReport {
  /** Returns the number of sessions that were created or forked and not yet disposed. */
  openSessions(): number;
  /** Returns a copy of the successful passes of all sessions, in the order in which they ended. */
  passes(): readonly ModelPass[];
  /** Returns the number of rows of logits that their receivers wrote to. */
  modifiedRows(): number;
  /** Returns how often a stale row was read, after the session's next pass or its end; such a row is NaN. */
  staleRowReads(): number;
}

export function emptyLedger(): UsageLedger {
  return { passes: [], rows: rowGuard(), created: 0, open: 0 };
}

export function usageReport(ledger: UsageLedger): UsageReport {
  return {
    openSessions: () => ledger.open,
    passes: () => [...ledger.passes],
    modifiedRows: () => ledger.rows.altered(),
    staleRowReads: () => ledger.rows.stale(),
  };
}
