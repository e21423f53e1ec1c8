// npm run benchmark: measures the suites that are asked for, each on every file and execution in a process of its own.
import { fork } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type BenchmarkOptions, HELP, readOptions } from "./options.ts";
import { openResults, type ResultsFolder } from "./results-folder.ts";
import type { Row } from "./rows.ts";
import { recordRun } from "./run-record.ts";
import type { Unit } from "./suite.ts";
import { unitsOf } from "./units.ts";

const options = parse();
if (options === "help") console.log(HELP);
else await benchmark(options);

function parse(): BenchmarkOptions | "help" {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return process.exit(2);
  }
}

async function benchmark(chosen: BenchmarkOptions): Promise<void> {
  const results = openResults(chosen.output, recordRun(chosen.settings, chosen.date));
  let failed = 0;
  for (const suite of chosen.suites) {
    for (const unit of unitsOf(suite, chosen)) {
      const started = Date.now();
      const what = [suite, unit.where, unit.file].filter(Boolean).join(", ");
      const problem = await runUnit(unit, results);
      if (problem !== undefined) failed++;
      console.log(`${what}: ${problem ?? "done"} (${((Date.now() - started) / 1000).toFixed(0)} s)`);
    }
    await results.finish(suite);
  }
  console.log(`Results are in ${path.relative(process.cwd(), chosen.output) || "."}.`);
  if (failed > 0) process.exitCode = 1;
}

/** Runs a unit in a process of its own and keeps its rows. Returns why it failed, or undefined. */
function runUnit(unit: Unit, results: ResultsFolder): Promise<string | undefined> {
  const { suite, where, file } = unit;
  const done = results
    .rowsOf(suite)
    .filter((row) => row.where === where && row.file === file)
    .map(({ key }) => key);
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL("unit.js", import.meta.url)), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child.on("message", (row) => results.add(suite, { ...(row as Row), where, file }));
    child.on("error", (error) => resolve(`could not be started (${error.message})`));
    child.on("close", (code, signal) => resolve(code === 0 ? undefined : `failed (${signal ?? `exit code ${code}`})`));
    child.send({ ...unit, done } satisfies Unit);
  });
}
