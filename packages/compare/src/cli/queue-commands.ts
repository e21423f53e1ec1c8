import { availableParallelism } from "node:os";
import path from "node:path";
import { loadModel } from "@decodekit/core/onnx";
import { type Broker, describeError, openBroker } from "../queue/broker.ts";
import { withoutPassword } from "../queue/queue-url.ts";
import type { StoredRun } from "../queue/result-database.ts";
import { recordsOf, stateOf } from "../queue/run-state.ts";
import { addRun, followRun, saveRun } from "../queue/submit.ts";
import { work } from "../queue/work.ts";
import { LocalRunner, type Plan, ProcessPool, RecordFile } from "../sweep/index.ts";
import { settingOf } from "../sweep/run-sweep.ts";
import { UsageError } from "../usage-error.ts";
import { ExitCode } from "./exit-code.ts";
import { count } from "./format.ts";
import { catchInterruption } from "./interruption.ts";
import { sweepProgress } from "./progress.ts";
import { showSweep, type SweepOutput } from "./show-sweep.ts";
import { colorsFor, type CommandProcess } from "./terminal.ts";
import { renderTable } from "./text-table.ts";

export interface QueueFlags {
  readonly queue: string;
}

export interface SubmitFlags extends QueueFlags {
  readonly chunk: number;
}

/** Submits a plan to a queue, waits for its end, and writes its results into a file. */
export async function submitCommand(
  { plan, folder }: { readonly plan: Plan; readonly folder: string },
  { queue: url, chunk }: SubmitFlags,
  { store, output }: { readonly store: string; readonly output: SweepOutput },
  host: CommandProcess,
): Promise<ExitCode> {
  const { stderr } = host;
  const interruption = catchInterruption(host);
  const { signal } = interruption;
  const progress = sweepProgress(stderr, plan.name);
  try {
    // Hours later would be late to say that it cannot be written.
    await (await RecordFile.open(store)).close();
    return await withBroker(url, { stderr, signal }, async (broker) => {
      const runner = new LocalRunner(loadModel);
      const { report: model, ...found } = await runner.resolve(settingOf(plan, folder));
      await runner.close();
      const record = { type: "plan", resolved: { plan, ...found }, model } as const;
      const run = await saveRun(broker, { record, folder, chunk, submitted: new Date().toISOString() });
      await followRun(broker, run, { signal, onProgress: (state) => progress.sweeping(state) });
      progress.end();
      await writeRecords(broker, run, store);
      stderr.write(`Results: ${store}\n`);
      return showSweep([store], output, host);
    });
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    progress.end();
    stderr.write(`Interrupted. The workers go on; the same command waits for them again, and decodekit cancel ${plan.name} stops them.\n`);
    return ExitCode.interrupted;
  } finally {
    progress.end();
    interruption.release();
  }
}

export interface WorkerFlags extends QueueFlags {
  readonly processes?: number;
  readonly model?: string;
  readonly drain?: boolean;
  readonly lockSeconds: number;
}

/** Takes jobs from a queue until Ctrl-C, or until there are none. */
export async function workerCommand(
  { queue: url, processes, model, drain, lockSeconds }: WorkerFlags,
  host: CommandProcess,
): Promise<ExitCode> {
  const { stderr } = host;
  const interruption = catchInterruption(host, ["SIGINT", "SIGTERM"]);
  const { signal } = interruption;
  const runner = new ProcessPool(processes ?? availableParallelism());
  try {
    await withBroker(url, { stderr, signal }, async (broker) => {
      stderr.write(`Waiting for runs of ${broker.name}, ${count(runner.concurrency, "run")} at a time. Ctrl-C ends it.\n`);
      let said = 0;
      const { ran, failed } = await work({
        broker,
        runner,
        lockSeconds,
        ...(model !== undefined && { model: path.resolve(host.cwd(), model) }),
        ...(drain && { drain }),
        signal,
        onProgress(progress) {
          // A line each minute is enough for a log.
          if (Date.now() - said < 60_000) return;
          said = Date.now();
          stderr.write(`${progress.plan}: ${count(progress.ran, "run")}, ${progress.failed} failed\n`);
        },
      });
      stderr.write(`${count(ran, "run")}, ${failed} failed.\n`);
    });
    return signal.aborted ? ExitCode.interrupted : ExitCode.success;
  } finally {
    await runner.close();
    interruption.release();
  }
}

/** Shows the runs of a queue. */
export async function statusCommand({ queue: url }: QueueFlags, { stdout, stderr }: CommandProcess): Promise<ExitCode> {
  return withBroker(url, { stderr }, async (broker) => {
    await broker.results.prepare();
    const states = [];
    for (const run of await broker.results.runs()) states.push(await stateOf(broker, run));
    if (states.length === 0) {
      stdout.write("No plan was submitted.\n");
      return ExitCode.success;
    }
    const rows = states.map(({ name, submitted, total, done, failed, cancelled, workers }) => [
      name,
      submitted.slice(0, 16).replace("T", " "),
      `${done} of ${total}`,
      String(failed),
      cancelled ? "cancelled" : done + failed >= total ? "done" : workers > 0 ? "running" : "waits for a worker",
      String(workers),
    ]);
    const columns = [
      { heading: "plan", align: "left" },
      { heading: "submitted", align: "left" },
      { heading: "runs", align: "right" },
      { heading: "failed", align: "right" },
      { heading: "state", align: "left" },
      { heading: "workers", align: "right" },
    ] as const;
    stdout.write(`${renderTable({ columns, rows }, colorsFor(stdout))}\n`);
    const waiting = states.filter(({ workers, done, failed, total, cancelled }) => workers === 0 && !cancelled && done + failed < total);
    for (const { name, versions } of waiting) stdout.write(`\n${name} needs workers with ${versions}.\n`);
    return ExitCode.success;
  });
}

/** Stops a run: its jobs are passed over. */
export async function cancelCommand(name: string, { queue: url }: QueueFlags, { stderr }: CommandProcess): Promise<ExitCode> {
  return withBroker(url, { stderr }, async (broker) => {
    const run = await runNamed(broker, name);
    await broker.results.cancelRun(run.digest);
    stderr.write(`${name} is cancelled. Its results so far are kept; submit it again, or decodekit retry ${name}, to go on.\n`);
    return ExitCode.success;
  });
}

/** Adds what failed, or was cancelled, again. */
export async function retryCommand(name: string, { queue: url }: QueueFlags, { stderr }: CommandProcess): Promise<ExitCode> {
  return withBroker(url, { stderr }, async (broker) => {
    const { cancelled: _, ...run } = await runNamed(broker, name);
    await broker.results.saveRun({ ...run, submitted: new Date().toISOString() });
    const jobs = await addRun(broker, { ...run, cancelled: false });
    stderr.write(jobs > 0 ? `${name} goes on; decodekit status shows how far it is.\n` : `${name} has a result for each run.\n`);
    return ExitCode.success;
  });
}

/** Writes the results of a run so far into a file, and shows them. */
export async function exportCommand(
  name: string,
  { queue: url }: QueueFlags,
  { store, output }: { readonly store: string; readonly output: SweepOutput },
  host: CommandProcess,
): Promise<ExitCode> {
  await withBroker(url, { stderr: host.stderr }, async (broker) => writeRecords(broker, await runNamed(broker, name), store));
  host.stderr.write(`Results: ${store}\n`);
  return showSweep([store], output, host);
}

async function withBroker<Kind>(
  url: string,
  { stderr, signal }: { readonly stderr: NodeJS.WriteStream; readonly signal?: AbortSignal },
  use: (broker: Broker) => Promise<Kind>,
): Promise<Kind> {
  const said = new Set<string>();
  const onError = (error: Error): void => {
    const message = describeError(error);
    if (said.has(message)) return;
    said.add(message);
    stderr.write(`${withoutPassword(url)}: ${message}. What was lost is done again.\n`);
  };
  const broker = await openBroker(url, { onError, signal });
  try {
    return await use(broker);
  } finally {
    await broker.close();
  }
}

/** Returns the run that was submitted last under a name. */
async function runNamed(broker: Broker, name: string): Promise<StoredRun> {
  await broker.results.prepare();
  const runs = await broker.results.runs();
  const run = runs.findLast(({ record }) => record.resolved.plan.name === name);
  if (run) return run;
  const names = [...new Set(runs.map(({ record }) => record.resolved.plan.name))];
  throw new UsageError(`No plan "${name}" was submitted to ${broker.name}.${names.length > 0 ? ` There are: ${names.join(", ")}.` : ""}`);
}

async function writeRecords(broker: Broker, run: StoredRun, store: string): Promise<void> {
  const file = await RecordFile.open(store);
  try {
    for await (const record of recordsOf(broker, run)) await file.put(record);
  } finally {
    await file.close();
  }
}
