import { InvalidOptionError } from "../errors.ts";
import type { RowReads } from "./model.ts";

/** Checks the `reads` of a pass. @throws InvalidOptionError if one of them is out of range. */
export function checkReads(where: string, reads: RowReads | undefined): void {
  if (!reads) return;
  const { top, temperature } = reads;
  if (!(Number.isSafeInteger(top) && top >= 1))
    throw new InvalidOptionError({ where, option: "reads.top", expected: "an integer >= 1", actual: top });
  if (temperature !== undefined && !(temperature > 0 && temperature < Infinity))
    throw new InvalidOptionError({ where, option: "reads.temperature", expected: "a finite number > 0", actual: temperature });
}
