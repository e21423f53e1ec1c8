import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { resultChart, resultDocument } from "./render/renderers.ts";
import { latestRows, type SuiteResult, writeResult } from "./results.ts";
import type { Kept, Row, SuiteName } from "./rows.ts";
import type { RunRecord } from "./run-record.ts";

/**
 * The folder of a run: `run.json`, and for each suite its rows as lines of JSON while it runs, then JSON, Markdown and SVG. A run that was
 * ended goes on where it was.
 */
export interface ResultsFolder {
  /** The rows of a suite that are there. */
  rowsOf(suite: SuiteName): readonly Kept<Row>[];
  add(suite: SuiteName, row: Kept<Row>): void;
  /** Writes JSON, Markdown and SVG of a suite. */
  finish(suite: SuiteName): Promise<void>;
}

/** Opens or creates the folder. @throws Error if it holds a run of other code, another machine or other settings. */
export function openResults(folder: string, run: RunRecord): ResultsFolder {
  mkdirSync(folder, { recursive: true });
  const record = path.join(folder, "run.json");
  if (existsSync(record)) checkSameRun(folder, JSON.parse(readFileSync(record, "utf8")) as RunRecord, run);
  else writeFileSync(record, `${JSON.stringify(run, null, 2)}\n`);
  const linesOf = (suite: SuiteName): string => path.join(folder, `${suite}.jsonl`);
  const rowsOf = (suite: SuiteName): readonly Kept<Row>[] => {
    if (!existsSync(linesOf(suite))) return [];
    return latestRows(readLines(readFileSync(linesOf(suite), "utf8")));
  };
  return {
    rowsOf,
    add: (suite, row) => appendFileSync(linesOf(suite), `${JSON.stringify(row)}\n`),
    async finish(suite) {
      const result = { suite, run, rows: rowsOf(suite) } as SuiteResult;
      if (result.rows.length === 0) return;
      const write = (extension: string, content: string): void => writeFileSync(path.join(folder, `${suite}.${extension}`), content);
      write("json", writeResult(result));
      write("md", resultDocument(result));
      const svg = await resultChart(result);
      if (svg !== undefined) write("svg", svg);
    },
  };
}

/** A run that was ended while it wrote leaves a line that is cut short; it is measured again. */
function readLines(content: string): Kept<Row>[] {
  return content.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Kept<Row>];
    } catch {
      return [];
    }
  });
}

function checkSameRun(folder: string, before: RunRecord, now: RunRecord): void {
  for (const part of Object.keys(now) as (keyof RunRecord)[]) {
    const [old, own] = [before[part], now[part]].map((value) => JSON.stringify(value));
    if (old !== own) throw new Error(`${folder} holds results whose ${part} is ${old}, and now it is ${own}. Choose another --output.`);
  }
}
