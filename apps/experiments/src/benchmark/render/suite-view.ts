import type { TopLevelSpec } from "vega-lite";
import type { Kept, SuiteName, SuiteRows } from "../rows.ts";

/** How the rows of a suite are shown. */
export interface SuiteView<Name extends SuiteName> {
  /** Markdown tables by name; documents include them by it. */
  readonly tables: Readonly<Record<string, (rows: readonly Kept<SuiteRows[Name]>[]) => string>>;
  /** A chart; undefined if there is nothing to draw. */
  readonly chart?: (rows: readonly Kept<SuiteRows[Name]>[]) => TopLevelSpec | undefined;
}
