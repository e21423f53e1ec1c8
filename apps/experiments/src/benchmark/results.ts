import type { Kept, Row, SuiteName, SuiteRows } from "./rows.ts";
import type { RunRecord } from "./run-record.ts";

/** All measurements of a suite in one run, as they lie in its JSON file. Every table and chart is computed from it. */
export interface SuiteResult<Name extends SuiteName = SuiteName> {
  readonly suite: Name;
  readonly run: RunRecord;
  readonly rows: readonly Kept<SuiteRows[Name]>[];
}

/** The name of a row among all rows of its suite. */
function nameOf({ where, file, key }: Kept<Row>): string {
  return `${where}|${file}|${key}`;
}

/** Keeps the last row of each name, in the order of their first ones. */
export function latestRows<Measured extends Row>(rows: readonly Kept<Measured>[]): Kept<Measured>[] {
  return [...new Map(rows.map((row) => [nameOf(row), row])).values()];
}

/** Writes a result as JSON with one row per line, so that versions can be compared line by line. */
export function writeResult({ suite, run, rows }: SuiteResult): string {
  const lines = rows.map((row) => JSON.stringify(row)).join(",\n");
  return `{"suite":${JSON.stringify(suite)},"run":${JSON.stringify(run)},"rows":[\n${lines}\n]}\n`;
}
