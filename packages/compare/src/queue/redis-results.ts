import type { Redis } from "ioredis";
import { digestOf } from "../sweep/digest.ts";
import { lineOf, type SweepRecord } from "../sweep/record.ts";
import type { ResultDatabase, StoredRun } from "./result-database.ts";

const RUNS = "decodekit:runs";
const CANCELLED = "decodekit:cancelled";
const RESULTS = "decodekit:results";
const FAILURES = "decodekit:failures";
/** Keys with more than one outcome. */
const DIFFERENT = "decodekit:different";
/** Outcomes of a key beside the first, by their digests. */
const differencesOf = (key: string): string => `decodekit:differences:${key}`;

/** Fields of a command: more would not fit a call. */
const SLICE = 1000;

/** Results in keys of Redis or Valkey that begin with "decodekit:". */
export class RedisResults implements ResultDatabase {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async prepare(): Promise<void> {
    // Commands wait for a connection without end: the first one must be there.
    if (this.#redis.status === "wait") await this.#redis.connect();
    await this.#redis.ping();
  }

  async saveRun(run: Omit<StoredRun, "cancelled">): Promise<void> {
    const { digest, submitted } = run;
    const before = await this.#redis.hget(RUNS, digest);
    await this.#redis.hset(RUNS, digest, JSON.stringify(before === null ? run : { ...(JSON.parse(before) as typeof run), submitted }));
    await this.#redis.srem(CANCELLED, digest);
  }

  async cancelRun(digest: string): Promise<void> {
    await this.#redis.sadd(CANCELLED, digest);
  }

  async runs(): Promise<readonly StoredRun[]> {
    const [runs, cancelled] = await Promise.all([this.#redis.hvals(RUNS), this.#redis.smembers(CANCELLED)]);
    return runs
      .map((run) => JSON.parse(run) as Omit<StoredRun, "cancelled">)
      .map((run) => ({ ...run, cancelled: cancelled.includes(run.digest) }))
      .toSorted((a, b) => (a.submitted + a.digest < b.submitted + b.digest ? -1 : 1));
  }

  async run(digest: string): Promise<StoredRun | undefined> {
    const [run, cancelled] = await Promise.all([this.#redis.hget(RUNS, digest), this.#redis.sismember(CANCELLED, digest)]);
    return run === null ? undefined : { ...(JSON.parse(run) as Omit<StoredRun, "cancelled">), cancelled: cancelled === 1 };
  }

  async missing(keys: readonly string[]): Promise<readonly string[]> {
    const [results, failures] = await Promise.all([this.#linesIn(RESULTS, keys), this.#linesIn(FAILURES, keys)]);
    return keys.filter((_, index) => results[index] === null && failures[index] === null);
  }

  async put(record: Parameters<ResultDatabase["put"]>[0]): ReturnType<ResultDatabase["put"]> {
    const { key } = record;
    const line = lineOf(record);
    if (record.type === "failure") {
      if (await this.#redis.hexists(RESULTS, key)) return "same";
      return (await this.#redis.hsetnx(FAILURES, key, line)) === 1 ? "stored" : "same";
    }
    if ((await this.#redis.hsetnx(RESULTS, key, line)) === 1) {
      await this.forgetFailures([key]);
      return "stored";
    }
    if (record.type === "timing") return "same";
    const digest = digestOf(record.outcome);
    const first = JSON.parse((await this.#redis.hget(RESULTS, key))!) as typeof record;
    if (digestOf(first.outcome) === digest) return "same";
    await this.#redis.hsetnx(differencesOf(key), digest, line);
    await this.#redis.sadd(DIFFERENT, key);
    return "different";
  }

  async forgetFailures(keys: readonly string[]): Promise<void> {
    for (const slice of slices(keys)) await this.#redis.hdel(FAILURES, ...slice);
  }

  async records(keys: readonly string[]): Promise<readonly SweepRecord[]> {
    const [results, failures] = await Promise.all([this.#linesIn(RESULTS, keys), this.#linesIn(FAILURES, keys)]);
    const others: string[] = [];
    for (const slice of slices(keys)) {
      const isMember = await this.#redis.smismember(DIFFERENT, ...slice);
      for (const [index, key] of slice.entries()) if (isMember[index] === 1) others.push(...(await this.#redis.hvals(differencesOf(key))));
    }
    return [...results, ...failures, ...others].filter((line) => line !== null).map((line) => JSON.parse(line) as SweepRecord);
  }

  /** Returns the field of each key, null where there is none. */
  async #linesIn(hash: string, keys: readonly string[]): Promise<(string | null)[]> {
    const lines: (string | null)[] = [];
    for (const slice of slices(keys)) lines.push(...(await this.#redis.hmget(hash, ...slice)));
    return lines;
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }
}

function* slices(keys: readonly string[]): Generator<readonly string[], void, void> {
  for (let from = 0; from < keys.length; from += SLICE) yield keys.slice(from, from + SLICE);
}
