import type { Queue, Worker, WorkerOptions } from "bullmq";
import { SweepError } from "../sweep/sweep-error.ts";
import { UsageError } from "../usage-error.ts";
import type { ChunkJob } from "./chunk-job.ts";
import { PostgresResults } from "./postgres-results.ts";
import { brokerKind, withoutPassword } from "./queue-url.ts";
import { RedisResults } from "./redis-results.ts";
import type { ResultDatabase } from "./result-database.ts";

export type ChunkQueue = Queue<ChunkJob>;
type ChunkWorker = Worker<ChunkJob>;

/** A connection to what keeps the queue and the results. */
export interface Broker {
  /** The URL, without its password. */
  readonly name: string;
  readonly results: ResultDatabase;
  /** Returns a queue. It is closed with the broker. */
  queue(name: string): ChunkQueue;
  /** Returns a worker, which has not been started. It is closed with the broker. */
  worker(name: string, work: (job: ChunkJob) => Promise<void>, options: Omit<WorkerOptions, "connection">): ChunkWorker;
  close(): Promise<void>;
}

/**
 * Connects to a queue. A connection that is lost is made again, and calls wait for it. `onError` gets what went wrong with a connection.
 * @throws UsageError for another kind of URL, or if a package is not installed.
 */
export async function openBroker(url: string, onError: (error: Error) => void): Promise<Broker> {
  return brokerKind(url) === "postgres" ? openPostgres(url, onError) : openRedis(url, onError);
}

async function openPostgres(url: string, onError: (error: Error) => void): Promise<Broker> {
  const { Queue, Worker, createPostgresBackend } = await installed(import("bullmq"), "bullmq pg");
  const { default: pg } = await installed(import("pg"), "bullmq pg");
  const connection = { connectionString: url, migrate: true, keepAlive: true };
  const pool = new pg.Pool({ connectionString: url, max: 4, keepAlive: true });
  // A connection that breaks while nobody uses it ends the process otherwise.
  pool.on("error", onError);
  return withClosing(url, new PostgresResults(pool), onError, {
    queue: (name) => new Queue(name, { connection }, createPostgresBackend) as unknown as ChunkQueue,
    worker: (name, work, options) =>
      new Worker(
        name,
        async ({ data }) => work(data as ChunkJob),
        { ...options, connection },
        createPostgresBackend,
      ) as unknown as ChunkWorker,
  });
}

async function openRedis(url: string, onError: (error: Error) => void): Promise<Broker> {
  const { Queue, Worker } = await installed(import("bullmq"), "bullmq ioredis");
  const { Redis } = await installed(import("ioredis"), "bullmq ioredis");
  const connection = { url, maxRetriesPerRequest: null };
  const redis = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  redis.on("error", onError);
  return withClosing(url, new RedisResults(redis), onError, {
    queue: (name) => new Queue(name, { connection }),
    worker: (name, work, options) => new Worker<ChunkJob>(name, async ({ data }) => work(data), { ...options, connection }),
  });
}

async function installed<Module>(module: Promise<Module>, packages: string): Promise<Module> {
  try {
    return await module;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UsageError(`--queue needs packages that are not installed: npm install ${packages}`, { cause: error });
  }
}

/** An error of several addresses of a host has no message of its own. */
function describe(error: unknown): string {
  const [first = error] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return first instanceof Error ? first.message : String(first);
}

type Factories = Pick<Broker, "queue" | "worker">;

function withClosing(url: string, results: ResultDatabase, onError: (error: Error) => void, factories: Factories): Broker {
  const opened: { close(): Promise<void> }[] = [];
  const remember = <Kind extends { close(): Promise<void>; on(event: "error", listener: (error: Error) => void): unknown }>(
    one: Kind,
  ): Kind => {
    one.on("error", onError);
    opened.push(one);
    return one;
  };
  const place = withoutPassword(url);
  const prepare = results.prepare.bind(results);
  results.prepare = async () => {
    try {
      await prepare();
    } catch (error) {
      throw new SweepError(`${place} cannot be used as a queue: ${describe(error)}`, { cause: error });
    }
  };
  return {
    name: place,
    results,
    queue: (name) => remember(factories.queue(name)),
    worker: (...args) => remember(factories.worker(...args)),
    async close() {
      await Promise.allSettled(opened.map((one) => one.close()));
      await results.close();
    },
  };
}
