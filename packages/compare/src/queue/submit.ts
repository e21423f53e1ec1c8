import { cellCount } from "../sweep/cells.ts";
import { digestOf } from "../sweep/digest.ts";
import { pairCount } from "../sweep/pairs.ts";
import type { PlanRecord } from "../sweep/record.ts";
import type { SweepProgress } from "../sweep/run-sweep.ts";
import { SweepError } from "../sweep/sweep-error.ts";
import type { Broker } from "./broker.ts";
import { type ChunkJob, chunksOf, itemsOf, queueName } from "./chunk-job.ts";
import type { JobQueue } from "./job-queue.ts";
import type { StoredRun } from "./result-database.ts";

/** A plan whose models were loaded and whose decoders are known. */
export interface Submission extends Pick<StoredRun, "record" | "folder" | "chunk"> {
  /** In ISO 8601. */
  readonly submitted: string;
}

/**
 * Adds a run to the database, or makes one that was cancelled run again. Returns it: one that was there keeps its folder and the size of its
 * jobs.
 */
export async function saveRun(broker: Broker, submission: Submission): Promise<StoredRun> {
  const digest = digestOf(submission.record.resolved);
  await broker.results.prepare();
  await broker.results.saveRun({ ...submission, digest });
  return (await broker.results.run(digest))!;
}

export interface FollowOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SweepProgress) => void) | undefined;
  /** How often the database is asked, in milliseconds. @defaultValue 1000 */
  readonly interval?: number | undefined;
}

/** Jobs that are added, or whose results are asked for, at a time. */
const BATCH = 200;

/** Jobs whose state is asked for at a time, each by a call of its own. */
const SEEN = 16;

const KINDS = ["cells", "timing"] as const;

/**
 * Adds the jobs of a run that have something to do, waits until every cell and then every pair has a result or a failure, and adds a job again
 * that was lost. Several may do so for one run. Failures are forgotten first: what failed is tried again.
 * @throws SweepError when the run is cancelled; rejects with the signal's reason after an abort, which leaves the run as it is.
 */
export async function followRun(broker: Broker, run: StoredRun, options: FollowOptions = {}): Promise<void> {
  await forgetFailures(broker, run);
  for (const kind of KINDS) await followKind(broker, run, kind, options);
}

/**
 * Adds the jobs of a run that have something to do, and does not wait. Failures are forgotten first. Pairs are added if every cell has a
 * result, as they are timed after the cells. Returns the number of jobs.
 */
export async function addRun(broker: Broker, run: StoredRun): Promise<number> {
  await forgetFailures(broker, run);
  for (const kind of KINDS) {
    const jobs = await JobsOfRun.open(broker, run, kind);
    await jobs.addAll();
    if (jobs.pending.length > 0) return jobs.pending.length;
  }
  return 0;
}

async function forgetFailures({ results }: Broker, run: StoredRun): Promise<void> {
  for (const kind of KINDS) {
    for (const chunks of batches(chunksOf(run.digest, run.record.resolved, run.chunk, kind))) {
      await results.forgetFailures(chunks.flatMap((chunk) => keysOf(run.record, chunk)));
    }
  }
}

async function followKind(broker: Broker, run: StoredRun, kind: ChunkJob["kind"], options: FollowOptions): Promise<void> {
  const { signal, onProgress, interval = 1000 } = options;
  const { resolved } = run.record;
  const total = kind === "cells" ? cellCount(resolved.plan) : pairCount(resolved);
  if (total === 0) return;
  const jobs = await JobsOfRun.open(broker, run, kind);
  await jobs.addAll();
  for (;;) {
    signal?.throwIfAborted();
    await jobs.settle();
    onProgress?.({ stage: kind, done: jobs.done, total, failed: jobs.failed });
    if (jobs.pending.length === 0) return;
    if ((await broker.results.run(run.digest))?.cancelled) {
      throw new SweepError(`${run.record.resolved.plan.name} was cancelled. Submit it again to go on: its results so far are kept.`);
    }
    await pause(interval, signal);
  }
}

/** The jobs of a run of one kind that are not known to have ended. */
class JobsOfRun {
  /** In the order in which they were added. */
  pending: ChunkJob[] = [];
  done = 0;
  failed = 0;
  readonly #broker: Broker;
  readonly #run: StoredRun;
  readonly #kind: ChunkJob["kind"];
  readonly #queue: JobQueue;

  static async open(broker: Broker, run: StoredRun, kind: ChunkJob["kind"]): Promise<JobsOfRun> {
    const { plan, versions } = run.record.resolved;
    return new JobsOfRun(broker, run, { kind, queue: await broker.queue(queueName(kind, plan.execution, versions)) });
  }

  private constructor(broker: Broker, run: StoredRun, { kind, queue }: { readonly kind: ChunkJob["kind"]; readonly queue: JobQueue }) {
    this.#broker = broker;
    this.#run = run;
    this.#kind = kind;
    this.#queue = queue;
  }

  /** Adds a job for every chunk with an item that has no result. */
  async addAll(): Promise<void> {
    const { digest, record, chunk } = this.#run;
    for (const chunks of batches(chunksOf(digest, record.resolved, chunk, this.#kind))) {
      const due = await this.#due(chunks);
      for (const each of chunks) if (!due.has(each)) this.done += each.to - each.from;
      this.pending.push(...due);
      await this.#queue.add([...due]);
    }
    // Those that failed before are not added again: they are still there.
    for (const each of this.pending.slice(0, SEEN)) await this.#see(each);
  }

  /** Takes jobs that have ended from the front of `pending`, and sees to the first ones that have not. */
  async settle(): Promise<void> {
    while (this.pending.length > 0) {
      const front = this.pending.slice(0, BATCH);
      const due = await this.#due(front);
      for (const chunk of front) if (!due.has(chunk)) await this.#count(chunk);
      this.pending = [...due, ...this.pending.slice(BATCH)];
      if (due.size === 0) continue;
      for (const chunk of [...due].slice(0, SEEN)) await this.#see(chunk);
      return;
    }
  }

  async #count(chunk: ChunkJob): Promise<void> {
    this.done += chunk.to - chunk.from;
    const records = await this.#broker.results.records(keysOf(this.#run.record, chunk));
    this.failed += records.filter(({ type }) => type === "failure").length;
  }

  /** Returns those of the chunks with an item that has neither a result nor a failure. */
  async #due(chunks: readonly ChunkJob[]): Promise<Set<ChunkJob>> {
    const keys = chunks.map((chunk) => keysOf(this.#run.record, chunk));
    const missing = new Set(await this.#broker.results.missing(keys.flat()));
    return new Set(chunks.filter((_, index) => keys[index]!.some((key) => missing.has(key))));
  }

  /**
   * A job that took its worker down is cut into single items, so that one that does so fails alone; a single item is a failure then. A job that
   * the queue does not have, as after a restart without the latest writes, is added again, unless another has cut it.
   */
  async #see(chunk: ChunkJob): Promise<void> {
    const state = await this.#queue.stateOf(chunk);
    if (state === "waiting") return;
    const single = Array.from({ length: chunk.to - chunk.from }, (_, index) => ({
      ...chunk,
      from: chunk.from + index,
      to: chunk.from + index + 1,
    }));
    if (state === "failed") {
      const reason = await this.#queue.removeFailed(chunk);
      if (single.length > 1) return this.#cut(chunk, single);
      const [key] = keysOf(this.#run.record, chunk);
      await this.#broker.results.put({
        type: "failure",
        key: key!,
        error: "worker",
        message: `Its workers were lost: ${reason}`,
        worker: "",
      });
      return;
    }
    for (const each of single.length > 1 ? single : []) {
      if ((await this.#queue.stateOf(each)) !== "gone") return this.#cut(chunk, single);
    }
    // It may have ended since.
    if ((await this.#due([chunk])).size > 0) await this.#queue.add([chunk]);
  }

  async #cut(chunk: ChunkJob, single: readonly ChunkJob[]): Promise<void> {
    const due = await this.#due(single);
    this.pending = this.pending.flatMap((each) => (each === chunk ? single : [each]));
    await this.#queue.add([...due]);
  }
}

function keysOf({ resolved }: PlanRecord, chunk: ChunkJob): readonly string[] {
  return itemsOf(resolved, chunk).map(({ key }) => key);
}

function* batches(chunks: Iterable<ChunkJob>): Generator<readonly ChunkJob[], void, void> {
  let batch: ChunkJob[] = [];
  for (const chunk of chunks) {
    if (batch.push(chunk) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
