import { InvalidOptionError } from "../errors.ts";
import type { Logits } from "../model.ts";

/** Sees to it that rows of logits are read in time and not written to. */
export interface RowGuard {
  /** Gives out the rows of a session's new pass, and takes back those of the one before. */
  give(session: number, rows: readonly Float32Array[], vocabSize: number): Logits;
  /** Takes back the rows of a session that has ended. */
  end(session: number): void;
  /** How many rows were written to. */
  altered(): number;
  /** How many times `Logits.row` was called once its time was over. */
  stale(): number;
}

/** The rows of one pass, and what they were when they were given out. */
interface Given {
  readonly rows: readonly Float32Array[];
  readonly copies: readonly Float32Array[];
  isOver: boolean;
}

/** A guard that turns rows to NaN once their time is over: at the session's next pass, or when it is disposed. */
export function rowGuard(): RowGuard {
  const current = new Map<number, Given>();
  let alteredBefore = 0;
  let staleReads = 0;
  const end = (session: number): void => {
    const given = current.get(session);
    if (!given) return;
    alteredBefore += alteredOf(given);
    for (const row of given.rows) row.fill(NaN);
    given.isOver = true;
    current.delete(session);
  };
  return {
    give(session, rows, vocabSize) {
      end(session);
      const given: Given = { rows, copies: rows.map((row) => row.slice()), isOver: false };
      current.set(session, given);
      const row = (index: number): Float32Array => {
        if (given.isOver) staleReads++;
        return rowAt(rows, index);
      };
      return { rows: rows.length, vocabSize, row };
    },
    end,
    altered: () => [...current.values()].reduce((sum, given) => sum + alteredOf(given), alteredBefore),
    stale: () => staleReads,
  };
}

function alteredOf({ rows, copies }: Given): number {
  return rows.filter((row, index) => row.some((value, token) => !Object.is(value, copies[index]![token]))).length;
}

function rowAt(rows: readonly Float32Array[], index: number): Float32Array {
  const row = rows[index];
  if (row) return row;
  throw new InvalidOptionError({ where: "Logits.row", option: "index", expected: `an integer in [0, ${rows.length - 1}]`, actual: index });
}
