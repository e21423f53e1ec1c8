import { Semaphore } from "async-mutex";
import pRetry from "p-retry";
import { codeVersions } from "../sweep/code-versions.ts";
import { settingOf } from "../sweep/run-sweep.ts";
import type { CellRunner, Expected, Pair } from "../sweep/runner.ts";
import type { Cell } from "../sweep/cells.ts";
import type { CellRecord, FailureRecord, TimingRecord } from "../sweep/record.ts";
import type { Broker } from "./broker.ts";
import { type ChunkJob, itemsOf, queueName } from "./chunk-job.ts";

export interface WorkOptions {
  readonly broker: Broker;
  readonly runner: CellRunner;
  /** In place of the model of the plans: a folder, URL or repository with the same files. */
  readonly model?: string | undefined;
  /** A worker that the queue has not heard of for so long has lost its jobs to others, in seconds. @defaultValue 60 */
  readonly lockSeconds?: number | undefined;
  /** Ends when the queue is empty. @defaultValue false: waits for more */
  readonly drain?: boolean | undefined;
  readonly onProgress?: ((progress: WorkProgress) => void) | undefined;
  /** An abort ends the worker. What it was at is done by others, or when it comes back. */
  readonly signal?: AbortSignal | undefined;
}

export interface WorkProgress {
  /** Cells and pairs that it ran. */
  readonly ran: number;
  /** Of these, the ones that failed. */
  readonly failed: number;
  /** Name of the plan. */
  readonly plan: string;
}

const EXECUTIONS = ["native", "wasm"] as const;

/**
 * Takes jobs from a queue until it is stopped. Jobs for other versions of the packages are not seen. Rejects if a run cannot be done here, since
 * the model cannot be loaded or is another one: its jobs then go to others.
 */
export async function work({
  broker,
  runner,
  model,
  lockSeconds = 60,
  drain = false,
  onProgress,
  signal,
}: WorkOptions): Promise<WorkProgress> {
  await broker.results.prepare();
  const progress = { ran: 0, failed: 0, plan: "" };
  // Cells share the machine; a pair that is timed has it alone.
  const machine = new Semaphore(runner.concurrency);
  let stop: (error?: unknown) => void = () => undefined;
  const stopped = new Promise<void>((resolve, reject) => {
    stop = (error) => (error === undefined ? resolve() : reject(error));
  });
  stopped.catch(() => undefined);

  const workOn = async (job: ChunkJob): Promise<void> => {
    const run = await patiently(() => broker.results.run(job.run));
    if (!run || run.cancelled || signal?.aborted) return;
    const { resolved } = run.record;
    const setting = settingOf(resolved.plan, run.folder);
    const ours = model === undefined ? setting : { ...setting, model: { ...setting.model, source: model } };
    const expected: Expected = { model: resolved.model, draft: resolved.draft, versions: resolved.versions };
    const items = itemsOf(resolved, job);
    const missing = new Set(await patiently(() => broker.results.missing(items.map(({ key }) => key))));
    for (const item of items) {
      // The same cell may have another name in the plan.
      if (!missing.delete(item.key)) continue;
      const runItem = (): Promise<CellRecord | FailureRecord | TimingRecord> =>
        job.kind === "cells" ? runner.run(ours, expected, item as Cell) : runner.time(ours, expected, item as Pair);
      const record = await machine.runExclusive(runItem, job.kind === "cells" ? 1 : runner.concurrency).catch((error: unknown) => {
        stop(signal?.aborted ? undefined : error);
        throw error;
      });
      await patiently(() => broker.results.put(record));
      progress.ran++;
      progress.plan = resolved.plan.name;
      if (record.type === "failure") progress.failed++;
      onProgress?.({ ...progress });
    }
  };

  const names = EXECUTIONS.flatMap((execution) =>
    (["cells", "timing"] as const).map((kind) => ({ kind, name: queueName(kind, execution, codeVersions(execution)) })),
  );
  const lockDuration = 1000 * lockSeconds;
  const workers = names.map(({ kind, name }) =>
    broker.worker(name, workOn, {
      autorun: false,
      concurrency: kind === "cells" ? runner.concurrency : 1,
      lockDuration,
      stalledInterval: lockDuration / 4,
      maxStalledCount: 3,
    }),
  );
  const abort = (): void => stop();
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) stop();
  try {
    for (const worker of workers) void worker.run();
    const queues = drain ? names.map(({ name }) => broker.queue(name)) : [];
    while (drain && !(await Promise.race([stopped.then(() => true), patiently(() => isEmpty(queues))]))) {
      await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 500))]);
    }
    if (!drain) await stopped;
    else await Promise.race([stopped, Promise.resolve()]);
    return progress;
  } finally {
    signal?.removeEventListener("abort", abort);
    // Ends what runs, so that no job is waited for.
    if (signal?.aborted) await runner.close();
    await Promise.allSettled(workers.map((worker) => worker.close()));
  }
}

async function isEmpty(queues: readonly ReturnType<Broker["queue"]>[]): Promise<boolean> {
  const counts = await Promise.all(queues.map((queue) => queue.getJobCounts("waiting", "active", "delayed", "prioritized")));
  return counts.flatMap(Object.values).every((count) => count === 0);
}

/** A database that restarts is back within minutes. */
function patiently<Kind>(call: () => Promise<Kind>): Promise<Kind> {
  return pRetry(call, { retries: 30, minTimeout: 250, maxTimeout: 10_000, factor: 1.5 });
}
