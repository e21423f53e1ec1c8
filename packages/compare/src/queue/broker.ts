import type { Job, Queue, Worker, WorkerOptions } from "bullmq";
import { SweepError } from "../sweep/sweep-error.ts";
import { UsageError } from "../usage-error.ts";
import type { ChunkJob } from "./chunk-job.ts";
import { JobQueue } from "./job-queue.ts";
import { patiently } from "./patience.ts";
import { PostgresResults } from "./postgres-results.ts";
import { brokerKind, withoutPassword } from "./queue-url.ts";
import { RedisResults } from "./redis-results.ts";
import type { ResultDatabase } from "./result-database.ts";

/** Thrown by the work on a job that this worker cannot do, and others may: the job waits again, as if it had not been taken. */
export class LeaveToOthers extends Error {
  override readonly name = "LeaveToOthers";
}

/** A worker that was made, and does not take jobs yet. */
interface JobWorker {
  /** Takes jobs. Resolves when it is closed. */
  run(): Promise<void>;
  /** Takes no more jobs, and waits for the end of those that it has. */
  close(): Promise<void>;
}

type JobWorkerOptions = Pick<WorkerOptions, "concurrency" | "lockDuration" | "stalledInterval" | "maxStalledCount">;

/** A connection to what keeps the queue and the results. Calls wait for a database that is started again, until the broker is closed. */
export interface Broker {
  /** The URL, without its password. */
  readonly name: string;
  readonly results: ResultDatabase;
  /** Returns a queue, which is ready. */
  queue(name: string): Promise<JobQueue>;
  /** Returns a worker, which is connected. */
  worker(name: string, work: (job: ChunkJob) => Promise<void>, options: JobWorkerOptions): Promise<JobWorker>;
  /** Closes all connections. Calls that wait are rejected. */
  close(): Promise<void>;
}

export interface BrokerOptions {
  /** Called with what goes wrong with a connection, which is made again. */
  readonly onError: (error: Error) => void;
  /** An abort ends calls that wait for a database. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a queue. Its first use, `results.prepare`, does not wait: an address that is wrong is an error at once.
 * @throws UsageError for another kind of URL, or if a package is not installed.
 */
export async function openBroker(url: string, options: BrokerOptions): Promise<Broker> {
  const open = brokerKind(url) === "postgres" ? openPostgres : openRedis;
  return withPatience(url, await open(url, options.onError), options);
}

/** What differs between databases. */
interface Backend {
  readonly results: ResultDatabase;
  queue(name: string): Queue<ChunkJob>;
  worker(name: string, work: (job: Job<ChunkJob>, token?: string) => Promise<void>, options: JobWorkerOptions): Worker<ChunkJob>;
  /** The error by which work on a job says that the job was moved back. */
  readonly WaitingError: new () => Error;
}

async function openPostgres(url: string, onError: BrokerOptions["onError"]): Promise<Backend> {
  const { Queue, Worker, WaitingError, createPostgresBackend } = await installed(import("bullmq"), "bullmq pg");
  const { default: pg } = await installed(import("pg"), "bullmq pg");
  // A database takes a hundred connections by default, for all machines.
  const connection = { connectionString: url, migrate: true, keepAlive: true, max: 2 };
  const pool = new pg.Pool({ connectionString: url, max: 3, keepAlive: true });
  // A connection that breaks while nobody uses it ends the process otherwise.
  pool.on("error", onError);
  return {
    results: new PostgresResults(pool),
    queue: (name) => new Queue(name, { connection }, createPostgresBackend) as unknown as Queue<ChunkJob>,
    worker: (name, work, options) =>
      new Worker(name, work, { ...options, autorun: false, connection }, createPostgresBackend) as unknown as Worker<ChunkJob>,
    WaitingError,
  };
}

async function openRedis(url: string, onError: BrokerOptions["onError"]): Promise<Backend> {
  const { Queue, Worker, WaitingError } = await installed(import("bullmq"), "bullmq ioredis");
  const { Redis } = await installed(import("ioredis"), "bullmq ioredis");
  const connection = { url, maxRetriesPerRequest: null };
  const redis = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  redis.on("error", onError);
  return {
    results: new RedisResults(redis),
    queue: (name) => new Queue(name, { connection }),
    worker: (name, work, options) => new Worker<ChunkJob>(name, work, { ...options, autorun: false, connection }),
    WaitingError,
  };
}

async function installed<Module>(module: Promise<Module>, packages: string): Promise<Module> {
  try {
    return await module;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UsageError(`--queue needs packages that are not installed: npm install ${packages}`, { cause: error });
  }
}

function withPatience(url: string, backend: Backend, { onError, signal: outer }: BrokerOptions): Broker {
  const name = withoutPassword(url);
  const closing = new AbortController();
  const signal = outer ? AbortSignal.any([outer, closing.signal]) : closing.signal;
  const opened: { close(): Promise<void> }[] = [];
  const queues = new Map<string, Promise<JobQueue>>();

  /** One that could not connect when it was made never does: then another one is made. */
  const ready = <Kind extends Queue<ChunkJob> | Worker<ChunkJob>>(make: () => Kind): Promise<Kind> =>
    patiently(async () => {
      const one = make();
      (one as Queue<ChunkJob>).on("error", onError);
      try {
        await one.waitUntilReady();
        opened.push(one);
        return one;
      } catch (error) {
        await one.close().catch(() => undefined);
        throw error;
      }
    }, signal);

  return {
    name,
    results: patientResults(name, backend.results, signal),
    queue(queueName) {
      const known = queues.get(queueName);
      if (known) return known;
      const queue = ready(() => backend.queue(queueName)).then((made) => new JobQueue(made, signal));
      queues.set(queueName, queue);
      return queue;
    },
    async worker(queueName, work, options) {
      const workOn = async (job: Job<ChunkJob>, token?: string): Promise<void> => {
        try {
          await work(job.data);
        } catch (error) {
          if (!(error instanceof LeaveToOthers)) throw error;
          await job.moveToWait(token);
          throw new backend.WaitingError();
        }
      };
      return ready(() => backend.worker(queueName, workOn, options));
    },
    async close() {
      closing.abort(new SweepError(`The connection to ${name} was closed.`));
      await Promise.allSettled(queues.values());
      await Promise.allSettled(opened.map((one) => one.close()));
      await backend.results.close();
    },
  };
}

/** The same database, whose calls wait, except the first one. */
function patientResults(name: string, results: ResultDatabase, signal: AbortSignal): ResultDatabase {
  const wait = <Kind>(call: () => Promise<Kind>): Promise<Kind> => patiently(call, signal);
  return {
    async prepare() {
      try {
        await results.prepare();
      } catch (error) {
        throw new SweepError(`${name} cannot be used as a queue: ${describeError(error)}`, { cause: error });
      }
    },
    saveRun: (run) => wait(() => results.saveRun(run)),
    cancelRun: (digest) => wait(() => results.cancelRun(digest)),
    runs: () => wait(() => results.runs()),
    run: (digest) => wait(() => results.run(digest)),
    missing: (keys) => wait(() => results.missing(keys)),
    put: (record) => wait(() => results.put(record)),
    forgetFailures: (keys) => wait(() => results.forgetFailures(keys)),
    records: (keys) => wait(() => results.records(keys)),
    close: () => results.close(),
  };
}

/** Returns the message of an error. That of several addresses of a host has none of its own. */
export function describeError(error: unknown): string {
  const [first = error] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return first instanceof Error ? first.message : String(first);
}
