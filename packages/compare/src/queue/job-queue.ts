import type { Queue } from "bullmq";
import { type ChunkJob, jobId } from "./chunk-job.ts";
import { patiently } from "./patience.ts";

/** What is known of a job: "failed" after its last attempt, "gone" if the queue does not have it, as after its end. */
export type JobState = "waiting" | "failed" | "gone";

/** The jobs of one kind that wait for workers. Every call waits for a database that is not there. */
export class JobQueue {
  readonly #queue: Queue<ChunkJob>;
  readonly #signal: AbortSignal;

  constructor(queue: Queue<ChunkJob>, signal: AbortSignal) {
    this.#queue = queue;
    this.#signal = signal;
  }

  /** Adds jobs. One that waits already is not added again. */
  async add(jobs: readonly ChunkJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const entries = jobs.map((data) => ({ name: data.kind, data, opts: { ...OPTIONS, jobId: jobId(data) } }));
    await this.#patiently(() => this.#queue.addBulk(entries));
  }

  async stateOf(job: ChunkJob): Promise<JobState> {
    const state = await this.#patiently(() => this.#queue.getJobState(jobId(job)));
    if (state === "failed") return "failed";
    return state === "completed" || state === "unknown" ? "gone" : "waiting";
  }

  /** Removes a job that has failed, and returns why it failed. Another may have removed it. */
  async removeFailed(job: ChunkJob): Promise<string> {
    const found = await this.#patiently(() => this.#queue.getJob(jobId(job)));
    await found?.remove().catch(() => undefined);
    return found?.failedReason ?? "unknown";
  }

  async isEmpty(): Promise<boolean> {
    const counts = await this.#patiently(() => this.#queue.getJobCounts("waiting", "active", "delayed", "prioritized"));
    return Object.values(counts).every((count) => count === 0);
  }

  /** Returns the number of workers that are connected. */
  workers(): Promise<number> {
    return this.#patiently(() => this.#queue.getWorkersCount());
  }

  #patiently<Kind>(call: () => Promise<Kind>): Promise<Kind> {
    return patiently(call, this.#signal);
  }
}

/** Failures of machines are tried again; those of cells are results. */
const OPTIONS = { attempts: 4, backoff: { type: "exponential", delay: 1000 }, removeOnComplete: true } as const;
