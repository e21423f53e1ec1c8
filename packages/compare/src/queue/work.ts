import { Semaphore } from "async-mutex";
import type { Cell } from "../sweep/cells.ts";
import { codeVersions } from "../sweep/code-versions.ts";
import type { CellRecord, FailureRecord, TimingRecord } from "../sweep/record.ts";
import { settingOf } from "../sweep/run-sweep.ts";
import type { CellRunner, Expected, Pair, Setting } from "../sweep/runner.ts";
import { type Broker, LeaveToOthers } from "./broker.ts";
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
  /** An abort ends the worker, and what it runs. Others do what it was at. */
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

/**
 * Takes jobs from a queue until it is stopped. Jobs for other versions of the packages are not seen. Rejects if a run cannot be done here, since
 * the model cannot be loaded or is another one: its jobs are left to others.
 */
export async function work(options: WorkOptions): Promise<WorkProgress> {
  const { broker, runner, lockSeconds = 60, drain = false, signal } = options;
  await broker.results.prepare();
  const site = new WorkSite(options);
  const queues = queuesHere();
  const lockDuration = 1000 * lockSeconds;
  const workers = await Promise.all(
    queues.map(({ kind, name }) =>
      broker.worker(name, (job) => site.workOn(job), {
        concurrency: kind === "cells" ? runner.concurrency : 1,
        lockDuration,
        stalledInterval: lockDuration / 4,
        maxStalledCount: 3,
      }),
    ),
  );
  const abort = (): void => site.stop();
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    for (const worker of workers) worker.run().catch((error: unknown) => site.stop(error));
    if (drain) void stopWhenEmpty(site, await Promise.all(queues.map(({ name }) => broker.queue(name))));
    await site.stopped;
    return site.progress;
  } finally {
    signal?.removeEventListener("abort", abort);
    // Ends what runs, so that no job is waited for.
    if (signal?.aborted) await runner.close();
    await Promise.allSettled(workers.map((worker) => worker.close()));
  }
}

/** The queues of jobs that this installation can do: native ones only where `onnxruntime-node` is installed. */
function queuesHere(): readonly { readonly kind: ChunkJob["kind"]; readonly name: string }[] {
  return (["native", "wasm"] as const).flatMap((execution) => {
    const versions = versionsHere(execution);
    return versions === undefined
      ? []
      : (["cells", "timing"] as const).map((kind) => ({ kind, name: queueName(kind, execution, versions) }));
  });
}

function versionsHere(execution: "native" | "wasm"): string | undefined {
  try {
    return codeVersions(execution);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

async function stopWhenEmpty(site: WorkSite, queues: readonly { isEmpty(): Promise<boolean> }[]): Promise<void> {
  try {
    while (!site.isStopping && !(await Promise.all(queues.map((queue) => queue.isEmpty()))).every(Boolean)) {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    site.stop();
  } catch (error) {
    site.stop(error);
  }
}

/** One machine's work on the jobs that it takes. */
class WorkSite {
  progress: WorkProgress = { ran: 0, failed: 0, plan: "" };
  isStopping = false;
  /** Resolves, or rejects, when `stop` is called. */
  readonly stopped: Promise<void>;
  #settle!: (error: unknown) => void;
  readonly #options: WorkOptions;
  /** Cells share the machine; a pair that is timed has it alone. */
  readonly #machine: Semaphore;

  constructor(options: WorkOptions) {
    this.#options = options;
    this.#machine = new Semaphore(options.runner.concurrency);
    this.stopped = new Promise((resolve, reject) => {
      this.#settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.stopped.catch(() => undefined);
  }

  stop(error?: unknown): void {
    this.isStopping = true;
    this.#settle(error);
  }

  /** Runs those of a job's items that have no result. @throws LeaveToOthers if the machine stops, or cannot run them. */
  async workOn(job: ChunkJob): Promise<void> {
    const { results } = this.#options.broker;
    this.#checkRunning();
    const run = await results.run(job.run);
    if (!run || run.cancelled) return;
    const { resolved } = run.record;
    const setting = this.#settingOf(settingOf(resolved.plan, run.folder));
    const expected: Expected = { model: resolved.model, draft: resolved.draft, versions: resolved.versions };
    const items = itemsOf(resolved, job);
    const missing = new Set(await results.missing(items.map(({ key }) => key)));
    for (const item of items) {
      // The same cell may have another name in the plan.
      if (!missing.delete(item.key)) continue;
      const record = await this.#alone(job.kind, () => this.#run(job.kind, setting, expected, item));
      await results.put(record);
      const { ran, failed } = this.progress;
      this.progress = { ran: ran + 1, failed: failed + (record.type === "failure" ? 1 : 0), plan: resolved.plan.name };
      this.#options.onProgress?.(this.progress);
    }
  }

  #settingOf(setting: Setting): Setting {
    const { model } = this.#options;
    return model === undefined ? setting : { ...setting, model: { ...setting.model, source: model } };
  }

  #alone<Kind>(kind: ChunkJob["kind"], run: () => Promise<Kind>): Promise<Kind> {
    return this.#machine.runExclusive(
      () => {
        this.#checkRunning();
        return run();
      },
      kind === "cells" ? 1 : this.#options.runner.concurrency,
    );
  }

  async #run(
    kind: ChunkJob["kind"],
    setting: Setting,
    expected: Expected,
    item: Cell | Pair,
  ): Promise<CellRecord | FailureRecord | TimingRecord> {
    const { runner } = this.#options;
    try {
      return await (kind === "cells" ? runner.run(setting, expected, item as Cell) : runner.time(setting, expected, item as Pair));
    } catch (error) {
      if (!this.isStopping) this.stop(error);
      throw new LeaveToOthers(String(error), { cause: error });
    }
  }

  #checkRunning(): void {
    if (this.isStopping) throw new LeaveToOthers("This worker stops.");
  }
}
