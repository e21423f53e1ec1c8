import { DisposedError, InvalidOptionError } from "../errors.ts";
import type { Logits, RowPart, RowReads } from "../contracts/model.ts";
import { partOfRow, type PartsOptions } from "./row-parts.ts";

/** What a session returns of its rows. */
interface RowsOptions {
  readonly vocabSize: number;
  /** How the session gives parts, if it does. */
  readonly parts?: PartsOptions | undefined;
  /** What the caller asked for. */
  readonly reads?: RowReads | undefined;
}

/** Detects rows of logits that are read too late or written to. */
export interface RowGuard {
  /** Returns the rows of a session's new pass as logits, whole or in part, and invalidates those of its previous pass. */
  issue(session: number, rows: readonly Float32Array[], options: RowsOptions): Logits;
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
  readonly parts: readonly RowPart[] | undefined;
  isOver: boolean;
}

/** Creates a guard that turns rows to NaN, and the tokens of parts to -1, when they become invalid: at the session's next pass, or when it is disposed. */
export function rowGuard(): RowGuard {
  const current = new Map<number, IssuedRows>();
  let alteredBefore = 0;
  let staleRowReads = 0;
  let partsGiven = 0;
  const end = (session: number): void => {
    const issued = current.get(session);
    if (!issued) return;
    alteredBefore += alteredOf(issued);
    for (const row of issued.rows) row.fill(NaN);
    for (const part of issued.parts ?? []) part.tokens.fill(-1);
    issued.isOver = true;
    current.delete(session);
  };
  return {
    issue(session, rows, { vocabSize, parts, reads }) {
      end(session);
      const given = parts && reads && rows.map((each) => partOfRow(each, reads, parts, partsGiven++));
      const issued: IssuedRows = { rows, copies: rows.map((row) => row.slice()), parts: given, isOver: false };
      current.set(session, issued);
      const row = (index: number): Float32Array => {
        if (issued.isOver) staleRowReads++;
        return rowAt(rows, index);
      };
      const whole = { rows: rows.length, vocabSize, row };
      if (!given) return whole;
      const wasRead = new Set<number>();
      return {
        ...whole,
        row: (index) => (wasRead.has(index) ? row(index) : refuseRow(index)),
        part: (index) => given[index] ?? refuseIndex(index, rows.length),
        async readRow(index) {
          if (issued.isOver) {
            staleRowReads++;
            throw new DisposedError("row of logits");
          }
          wasRead.add(index);
          return row(index);
        },
      };
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
  return rows[index] ?? refuseIndex(index, rows.length);
}

function refuseIndex(index: number, rows: number): never {
  throw new InvalidOptionError({ where: "Logits.row", option: "index", expected: `an integer in [0, ${rows - 1}]`, actual: index });
}

function refuseRow(index: number): never {
  const expected = "a row that was read in full: await readRow(index) first, or ask for whole rows";
  throw new InvalidOptionError({ where: "Logits.row", option: "index", expected, actual: index });
}
