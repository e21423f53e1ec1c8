import { createWriteStream, existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { mergeRecords, outcomeLines, readRecords, type SweepReport, sweepReport } from "../sweep/index.ts";
import { UsageError } from "../usage-error.ts";
import { ExitCode } from "./exit-code.ts";
import { outputPath } from "./output-path.ts";
import { plotPackages, plotSweep } from "./plot-sweep.ts";
import { renderSweep } from "./render-sweep.ts";
import { colorsFor, type CommandProcess, widthOf } from "./terminal.ts";

export interface SweepOutputFlags {
  readonly json?: string;
  readonly outcomes?: string;
  readonly plot?: string;
}

/**
 * Runs `decodekit merge FILE…`.
 * @throws UsageError for a file that does not exist, and the errors of `mergeRecords`.
 */
export async function mergeCommand(files: readonly string[], flags: SweepOutputFlags, host: CommandProcess): Promise<ExitCode> {
  const paths = files.map((file) => path.resolve(host.cwd(), file));
  for (const [index, file] of paths.entries()) if (!existsSync(file)) throw new UsageError(`${files[index]} does not exist.`);
  return showSweep(paths, await sweepOutput(flags, host.cwd()), host);
}

/** Where the results of a sweep are written. */
export interface SweepOutput {
  /** "-" is standard output. */
  readonly json: string | undefined;
  readonly outcomes: string | undefined;
  /** Of an SVG file. */
  readonly plot: string | undefined;
}

/** Checks the flags before anything runs. @throws UsageError if a folder does not exist, or what draws a plot is not installed. */
export async function sweepOutput({ json, outcomes, plot }: SweepOutputFlags, folder: string): Promise<SweepOutput> {
  if (outcomes === "-") throw new UsageError("--outcomes must be a file; standard output has the table, or the report with --json -.");
  if (plot !== undefined && !plot.endsWith(".svg")) throw new UsageError(`--plot must be an SVG file, such as ${plot}.svg.`);
  if (plot !== undefined) await plotPackages();
  return {
    json: outputPath("--json", json, folder),
    outcomes: outputPath("--outcomes", outcomes, folder),
    plot: outputPath("--plot", plot, folder),
  };
}

/** Merges files of records, and shows what they found. The exit code is that of a failure if a cell failed or has no result. */
export async function showSweep(
  paths: readonly string[],
  { json, outcomes, plot }: SweepOutput,
  { stdout }: CommandProcess,
): Promise<ExitCode> {
  const results = await mergeRecords(paths.map((file) => readRecords(file)));
  const report = sweepReport(results);
  if (outcomes !== undefined) await pipeline(withLineBreaks(outcomeLines(results)), createWriteStream(outcomes));
  if (plot !== undefined) await writeFile(plot, await plotSweep(report));
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (json !== undefined && json !== "-") await writeFile(json, text);
  stdout.write(json === "-" ? text : renderSweep(report, { colors: colorsFor(stdout), width: widthOf(stdout) }));
  return isWhole(report) ? ExitCode.success : ExitCode.failure;
}

function isWhole({ failures, missing }: SweepReport): boolean {
  return failures.length === 0 && missing === 0;
}

function withLineBreaks(lines: Iterable<string>): Readable {
  return Readable.from(
    (function* () {
      for (const line of lines) yield `${line}\n`;
    })(),
  );
}
