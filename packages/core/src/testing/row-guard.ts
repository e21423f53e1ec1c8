import { InvalidOptionError } from "../errors.ts";
import type { Logits } from "../model.ts";

/** Sees to it that rows of logits are read in time and not written to. */
export interface RowGuard {
  /** Gives out the rows of a session's new pass, and takes back those of the one before. */
  give(session: number, rows: readonly Float32Array[], vocabSize: number): Logits;
  altered(): number;
}

/** A guard that turns rows to NaN once their time is over. */
export function rowGuard(): RowGuard {
  const given = new Map<number, { readonly row: Float32Array; readonly copy: Float32Array }[]>();
  const alteredIn = (session: number): number =>
    (given.get(session) ?? []).filter(({ row, copy }) => row.some((value, index) => !Object.is(value, copy[index]))).length;
  let alteredBefore = 0;
  return {
    give(session, rows, vocabSize) {
      alteredBefore += alteredIn(session);
      for (const { row } of given.get(session) ?? []) row.fill(NaN);
      given.set(
        session,
        rows.map((row) => ({ row, copy: row.slice() })),
      );
      return { rows: rows.length, vocabSize, row: (index) => rowAt(rows, index) };
    },
    altered: () => [...given.keys()].reduce((sum, session) => sum + alteredIn(session), alteredBefore),
  };
}

function rowAt(rows: readonly Float32Array[], index: number): Float32Array {
  const row = rows[index];
  if (row) return row;
  throw new InvalidOptionError({ where: "Logits.row", option: "index", expected: `an integer in [0, ${rows.length - 1}]`, actual: index });
}
