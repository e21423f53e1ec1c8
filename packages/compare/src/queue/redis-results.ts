import type { Redis } from "ioredis";
import { digestOf } from "../sweep/digest.ts";
import { lineOf, type SweepRecord } from "../sweep/record.ts";
import type { ResultDatabase, StoredRun } from "./result-database.ts";

const RUNS = "decodekit:runs";
const CANCELLED = "decodekit:cancelled";
const RESULTS = "decodekit:results";
const FAILURES = "decodekit:failures";
/** Fields are a key and the digest of an outcome. */
const DIFFERENCES = "decodekit:differences";

/** Results in five keys of Redis or Valkey. */
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
    const { digest } = run;
    const before = await this.#redis.hget(RUNS, digest);
    const { submitted } = before === null ? run : (JSON.parse(before) as typeof run);
    await this.#redis.hset(RUNS, digest, JSON.stringify({ ...run, submitted }));
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
    if (keys.length === 0) return [];
    const [results, failures] = await Promise.all([this.#redis.hmget(RESULTS, ...keys), this.#redis.hmget(FAILURES, ...keys)]);
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
    await this.#redis.hsetnx(DIFFERENCES, `${key}.${digest}`, line);
    return "different";
  }

  async forgetFailures(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.#redis.hdel(FAILURES, ...keys);
  }

  async records(keys: readonly string[]): Promise<readonly SweepRecord[]> {
    if (keys.length === 0) return [];
    const wanted = new Set(keys);
    const [results, failures, differences] = await Promise.all([
      this.#redis.hmget(RESULTS, ...keys),
      this.#redis.hmget(FAILURES, ...keys),
      this.#redis.hgetall(DIFFERENCES),
    ]);
    const others = Object.entries(differences).flatMap(([field, line]) => (wanted.has(field.split(".")[0]!) ? [line] : []));
    return [...results, ...failures, ...others].filter((line) => line !== null).map((line) => JSON.parse(line) as SweepRecord);
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }
}
