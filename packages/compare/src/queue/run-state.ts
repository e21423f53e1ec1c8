import type { SweepRecord } from "../sweep/record.ts";
import type { Broker } from "./broker.ts";
import { chunksOf, itemsOf, queueName } from "./chunk-job.ts";
import type { StoredRun } from "./result-database.ts";

/** How far a run is. */
export interface RunState {
  readonly name: string;
  readonly submitted: string;
  readonly cancelled: boolean;
  /** Cells and pairs. Two names of one decoder are one. */
  readonly total: number;
  /** With a result. */
  readonly done: number;
  readonly failed: number;
  /** Workers that are connected, with the versions of the run. */
  readonly workers: number;
  /** Versions of the packages that its workers must have. */
  readonly versions: string;
}

/** Cells whose records are read at a time. */
const BATCH = 1000;

/** Returns how far a run is. */
export async function stateOf(broker: Broker, run: StoredRun): Promise<RunState> {
  const { resolved } = run.record;
  const all = new Set<string>();
  for (const kind of ["cells", "timing"] as const) {
    for (const chunk of chunksOf(run.digest, resolved, BATCH, kind)) for (const { key } of itemsOf(resolved, chunk)) all.add(key);
  }
  const done = new Set<string>();
  const failed = new Set<string>();
  for await (const record of recordsOf(broker, run)) {
    if (record.type === "failure") failed.add(record.key);
    else if (record.type !== "plan") done.add(record.key);
  }
  const { plan, versions } = resolved;
  return {
    name: plan.name,
    submitted: run.submitted,
    cancelled: run.cancelled,
    total: all.size,
    done: done.size,
    failed: [...failed].filter((key) => !done.has(key)).length,
    workers: await (await broker.queue(queueName("cells", plan.execution, versions))).workers(),
    versions,
  };
}

/** Yields the plan's record and every record of its cells and pairs, as a file of records has them. */
export async function* recordsOf({ results }: Broker, run: StoredRun): AsyncGenerator<SweepRecord, void, void> {
  yield run.record;
  const { resolved } = run.record;
  for (const [kind, size] of [
    ["cells", BATCH],
    ["timing", 1],
  ] as const) {
    let keys: string[] = [];
    for (const chunk of chunksOf(run.digest, resolved, size, kind)) {
      keys.push(...itemsOf(resolved, chunk).map(({ key }) => key));
      if (keys.length < BATCH) continue;
      yield* await results.records(keys);
      keys = [];
    }
    yield* await results.records(keys);
  }
}
