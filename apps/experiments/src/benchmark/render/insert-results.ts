import type { SuiteResult } from "../results.ts";
import { describeRun, resultTable } from "./renderers.ts";

/**
 * A part of a document that is written from a result, between two lines: `<!-- benchmark NAME PART -->` … `<!-- end of benchmark -->`. NAME is the path of
 * the JSON file below docs/benchmarks without its ending; several names of one suite, with commas, are one table of all their rows. PART is the name of a table, "run" for a sentence that says what the result
 * depends on, or "chart" for the picture beside the JSON file; without it, it is the table "main".
 */
const PART = /^<!-- benchmark (\S+)(?: (\S+))? -->\n[^]*?^<!-- end of benchmark -->$/gmu;
const BEGIN = /^<!-- benchmark /gmu;

export interface ResultFiles {
  /** Returns a result by its name. @throws Error if there is none. */
  readonly read: (name: string) => SuiteResult;
  /** Returns the address of a result's chart, as seen from the document. */
  readonly chartOf: (name: string) => string;
}

/** Returns the document with every marked part written anew. @throws Error for an unknown result or table, and for a mark without an end. */
export function withResults(document: string, { read, chartOf }: ResultFiles): string {
  const begins = document.match(BEGIN)?.length ?? 0;
  const written = document.match(PART)?.length ?? 0;
  if (begins !== written)
    throw new Error(`The document has ${begins} marks of a benchmark, of which ${written} end with <!-- end of benchmark -->.`);
  return document.replace(PART, (_, name: string, part?: string) => {
    const begin = `<!-- benchmark ${name}${part === undefined ? "" : ` ${part}`} -->`;
    return `${begin}\n\n${contentOf(part, readAll(name.split(","), read), chartOf(name))}\n\n<!-- end of benchmark -->`;
  });
}

/** Returns the results of some names as one. @throws Error if they are of different suites. */
function readAll(names: readonly string[], read: ResultFiles["read"]): SuiteResult {
  const results = names.map((name) => read(name));
  const [first] = results as [SuiteResult, ...SuiteResult[]];
  const other = results.find(({ suite }) => suite !== first.suite);
  if (other) throw new Error(`${names.join()} are results of the suites ${first.suite} and ${other.suite}, which have no table in common.`);
  return { ...first, rows: results.flatMap(({ rows }) => rows) };
}

function contentOf(part: string | undefined, result: SuiteResult, chart: string): string {
  if (part === "run") return describeRun(result.run);
  if (part === "chart") return `![${result.suite}](${chart})`;
  return resultTable(result, part);
}
