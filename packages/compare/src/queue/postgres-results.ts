import type { Pool } from "pg";
import { digestOf } from "../sweep/digest.ts";
import { lineOf, type PlanRecord, type SweepRecord } from "../sweep/record.ts";
import type { ResultDatabase, StoredRun } from "./result-database.ts";

const TABLES = `
create schema if not exists decodekit;
create table if not exists decodekit.runs (
  digest text primary key, record text not null, folder text not null, chunk integer not null,
  submitted timestamptz not null, cancelled boolean not null default false
);
create table if not exists decodekit.results (key text primary key, line text not null);
create table if not exists decodekit.failures (key text primary key, line text not null);
create table if not exists decodekit.differences (key text, digest text, line text not null, primary key (key, digest));
`;

/** Any number; the same for everyone who makes the tables. */
const LOCK = 7_301_204_116;

interface RunRow {
  readonly digest: string;
  readonly record: string;
  readonly folder: string;
  readonly chunk: number;
  readonly submitted: Date;
  readonly cancelled: boolean;
}

/** Results in the schema "decodekit" of a PostgreSQL database. */
export class PostgresResults implements ResultDatabase {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async prepare(): Promise<void> {
    // Two that make the same table at once fail in PostgreSQL, in spite of "if not exists".
    await this.#pool.query(`begin; select pg_advisory_xact_lock(${LOCK}); ${TABLES} commit;`);
  }

  async saveRun({ digest, record, folder, chunk, submitted }: Omit<StoredRun, "cancelled">): Promise<void> {
    await this.#pool.query(
      "insert into decodekit.runs values ($1, $2, $3, $4, $5, false) on conflict (digest) do update set cancelled = false, submitted = $5",
      [digest, lineOf(record), folder, chunk, submitted],
    );
  }

  async cancelRun(digest: string): Promise<void> {
    await this.#pool.query("update decodekit.runs set cancelled = true where digest = $1", [digest]);
  }

  async runs(): Promise<readonly StoredRun[]> {
    const { rows } = await this.#pool.query<RunRow>("select * from decodekit.runs order by submitted, digest");
    return rows.map(storedRun);
  }

  async run(digest: string): Promise<StoredRun | undefined> {
    const { rows } = await this.#pool.query<RunRow>("select * from decodekit.runs where digest = $1", [digest]);
    return rows.map(storedRun)[0];
  }

  async missing(keys: readonly string[]): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ readonly key: string }>(
      "select key from decodekit.results where key = any($1) union select key from decodekit.failures where key = any($1)",
      [keys],
    );
    const there = new Set(rows.map(({ key }) => key));
    return keys.filter((key) => !there.has(key));
  }

  async put(record: Parameters<ResultDatabase["put"]>[0]): ReturnType<ResultDatabase["put"]> {
    const { key } = record;
    const line = lineOf(record);
    if (record.type === "failure") {
      const { rowCount } = await this.#pool.query(
        "insert into decodekit.failures select $1, $2 where not exists (select from decodekit.results where key = $1) on conflict do nothing",
        [key, line],
      );
      return rowCount === 1 ? "stored" : "same";
    }
    const { rowCount } = await this.#pool.query("insert into decodekit.results values ($1, $2) on conflict do nothing", [key, line]);
    if (rowCount === 1) {
      await this.forgetFailures([key]);
      return "stored";
    }
    if (record.type === "timing") return "same";
    const { rows } = await this.#pool.query<{ readonly line: string }>("select line from decodekit.results where key = $1", [key]);
    const digest = digestOf(record.outcome);
    if (digestOf((JSON.parse(rows[0]!.line) as typeof record).outcome) === digest) return "same";
    await this.#pool.query("insert into decodekit.differences values ($1, $2, $3) on conflict do nothing", [key, digest, line]);
    return "different";
  }

  async forgetFailures(keys: readonly string[]): Promise<void> {
    await this.#pool.query("delete from decodekit.failures where key = any($1)", [keys]);
  }

  async records(keys: readonly string[]): Promise<readonly SweepRecord[]> {
    const parts = ["results", "differences", "failures"].map((table) => `select line from decodekit.${table} where key = any($1)`);
    const { rows } = await this.#pool.query<{ readonly line: string }>(parts.join(" union all "), [keys]);
    return rows.map(({ line }) => JSON.parse(line) as SweepRecord);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

function storedRun({ record, submitted, ...run }: RunRow): StoredRun {
  return { ...run, record: JSON.parse(record) as PlanRecord, submitted: submitted.toISOString() };
}
