import { DisposedError, InvalidOptionError, type Logits, type RowPart } from "@decodekit/core";
import type { AnsweredRow } from "./row-server.ts";

export interface AnsweredPass {
  readonly vocabSize: number;
  readonly rows: readonly AnsweredRow[];
  /** How to get the whole of rows that are parts. @defaultValue all are whole */
  readonly parts?: PartialRows | undefined;
}

interface PartialRows {
  /** Asks the server for all logits of a row. */
  readWhole(index: number): Promise<Float32Array>;
  /** Whether the session has gone on or ended. */
  isOver(): boolean;
}

const where = "Logits.row";

/** Returns the rows of a pass as logits. */
export function remoteLogits({ vocabSize, rows, parts }: AnsweredPass): Logits {
  const whole = rows.map((row) => (row instanceof Float32Array ? row : undefined));
  const pending = new Map<number, Promise<Float32Array>>();
  const check = (index: number): void => {
    if (!(Number.isInteger(index) && index >= 0 && index < rows.length))
      throw new InvalidOptionError({ where, option: "index", expected: `an integer in [0, ${rows.length - 1}]`, actual: index });
  };
  const row = (index: number): Float32Array => {
    check(index);
    const expected = "a row that was read in full: await readRow(index) first, or ask for whole rows";
    return whole[index] ?? refuse(expected, index);
  };
  if (!parts) return { rows: rows.length, vocabSize, row };
  return {
    rows: rows.length,
    vocabSize,
    row,
    part(index) {
      check(index);
      return rows[index] as RowPart;
    },
    async readRow(index) {
      check(index);
      if (whole[index]) return whole[index];
      if (parts.isOver()) throw new DisposedError("row of logits");
      if (!pending.has(index)) pending.set(index, parts.readWhole(index));
      try {
        return (whole[index] = await pending.get(index)!);
      } finally {
        pending.delete(index);
      }
    },
  };
}

function refuse(expected: string, actual: number): never {
  throw new InvalidOptionError({ where, option: "index", expected, actual });
}
