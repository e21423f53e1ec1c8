import { InvalidOptionError } from "../errors.ts";
import type { Logits } from "../contracts/model.ts";

/** Detects rows of logits that are read too late or written to. */
export interface RowGuard {
  /** Returns the rows of a session's new pass as logits, and invalidates those of its previous pass. */
  issue(session: number, rows: readonly Float32Array[], vocabSize: number): Logits;
  /** Invalidates the rows of a session that has ended. */
  end(session: number): void;
  /** Returns the number of rows that were written to. */
  altered(): number;
  /** Returns how often `Logits.row` was called for invalid rows. */
  stale(): number;
}

/** The rows of one pass, and copies from when they were returned. */
interface IssuedRows {
  readonly rows: readonly Float32Array[];
  readonly copies: readonly Float32Array[];
  isOver: boolean;
}

/** Creates a guard that turns rows to NaN when they become invalid: at the session's next pass, or when it is disposed. */
export function rowGuard(): RowGuard {
  const current = new Map<number, IssuedRows>();
  let alteredBefore = 0;
  let staleRowReads = 0;
  const end = (session: number): void => {
    const issued = current.get(session);
    if (!issued) return;
    alteredBefore += alteredOf(issued);
    for (const row of issued.rows) row.fill(NaN);
    issued.isOver = true;
    current.delete(session);
  };
  return {
    issue(session, rows, vocabSize) {
      end(session);
      const issued: IssuedRows = { rows, copies: rows.map((row) => row.slice()), isOver: false };
      current.set(session, issued);
      const row = (index: number): Float32Array => {
        if (issued.isOver) staleRowReads++;
        return rowAt(rows, index);
      };
      return { rows: rows.length, vocabSize, row };
    },
    end,
    altered: () => [...current.values()].reduce((sum, issued) => sum + alteredOf(issued), alteredBefore),
    stale: () => staleRowReads,
  };
}

function alteredOf({ rows, copies }: IssuedRows): number {
  return rows.filter((row, index) => row.some((value, token) => !Object.is(value, copies[index]![token]))).length;
}

function rowAt(rows: readonly Float32Array[], index: number): Float32Array {
  const row = rows[index];
  if (row) return row;
  throw new InvalidOptionError({ where: "Logits.row", option: "index", expected: `an integer in [0, ${rows.length - 1}]`, actual: index });
}
