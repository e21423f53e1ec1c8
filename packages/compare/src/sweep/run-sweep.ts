import type { ModelReport } from "../report.ts";
import { cellCount, cellsOf, type ResolvedPlan } from "./cells.ts";
import type { Plan } from "./plan.ts";
import type { RecordStore } from "./record-store.ts";
import { pairsOf } from "./pairs.ts";
import type { CellRunner, Expected, Setting } from "./runner.ts";
import { isInShard, type Shard } from "./shard.ts";

export interface SweepOptions {
  readonly plan: Plan;
  /** The folder that paths in the plan are relative to. */
  readonly folder: string;
  readonly runner: CellRunner;
  /** Where results are. A cell that has one does not run. */
  readonly store: RecordStore;
  /** @defaultValue all cells */
  readonly shard?: Shard | undefined;
  readonly onProgress?: ((progress: SweepProgress) => void) | undefined;
  /** An abort, like an error, ends the cells that run and the runner, and the call rejects with its reason. Results so far stay in the store. */
  readonly signal?: AbortSignal | undefined;
}

export interface SweepProgress {
  /** "timing" after every cell has run. */
  readonly stage: "cells" | "timing";
  /** Cells, or pairs, that have ended, with those that had a result before. */
  readonly done: number;
  readonly total: number;
  /** Of these, cells that ran now and failed. */
  readonly failed: number;
}

/** The counts of a sweep that has ended. */
export interface SweepSummary {
  readonly resolved: ResolvedPlan;
  readonly model: ModelReport;
  /** Cells that ran now. */
  readonly ran: number;
  /** Cells that had a result. */
  readonly kept: number;
  /** Cells, and pairs, that failed now. */
  readonly failed: number;
}

/**
 * Runs the cells of a plan that have no result in the store, then its pairs. To go on after an interruption, or to retry what failed, call it
 * again; to add prompts, seeds or decoders, call it with a larger plan. Cells run in any order, and give the same outcomes in every order.
 * @throws SweepError if results cannot be written, or if a process has another model or other code than the first.
 */
export async function runSweep(options: SweepOptions): Promise<SweepSummary> {
  const { plan, folder, runner, store, shard, signal } = options;
  signal?.throwIfAborted();
  const setting = settingOf(plan, folder);
  const { report: model, ...found } = await stoppable(runner.resolve(setting), signal);
  const resolved: ResolvedPlan = { plan, ...found };
  await store.put({ type: "plan", resolved, model });
  const expected: Expected = { model: found.model, draft: found.draft, versions: found.versions };
  const isOurs = (key: string): boolean => !shard || isInShard(key, shard);
  const counts = { ran: 0, kept: 0, failed: 0 };

  const cells = filtered(cellsOf(resolved), ({ key }) => isOurs(key));
  const total = shard ? countOf(filtered(cellsOf(resolved), ({ key }) => isOurs(key))) : cellCount(plan);
  await forEachDue(cells, { options, total, stage: "cells", counts, concurrency: runner.concurrency }, (cell) =>
    runner.run(setting, expected, cell),
  );
  const { ran, kept } = counts;
  const pairs = [...pairsOf(resolved)].filter(({ key }) => isOurs(key));
  await forEachDue(pairs, { options, total: pairs.length, stage: "timing", counts, concurrency: 1 }, (pair) =>
    runner.time(setting, expected, pair),
  );
  return { resolved, model, ran, kept, failed: counts.failed };
}

/** Returns what a process must know of a plan. */
export function settingOf({ model, decoders, plugins, execution, maxNewTokens, maxSeconds }: Plan, folder: string): Setting {
  return { model, decoders, plugins, execution, maxNewTokens, maxSeconds, folder };
}

interface Work {
  readonly options: SweepOptions;
  readonly total: number;
  readonly stage: SweepProgress["stage"];
  readonly counts: { ran: number; kept: number; failed: number };
  readonly concurrency: number;
}

type Ended = Awaited<ReturnType<CellRunner["run"] | CellRunner["time"]>>;

/** Runs the items that have no result, `concurrency` at a time, and stores what they give. The first error ends all. */
async function forEachDue<Item extends { readonly key: string }>(
  items: Iterable<Item>,
  { options, total, stage, counts, concurrency }: Work,
  run: (item: Item) => Promise<Ended>,
): Promise<void> {
  const { store, signal, onProgress } = options;
  const iterator = items[Symbol.iterator]();
  const running = new Set<string>();
  let done = 0;
  let stopped = false;
  const report = (): void => onProgress?.({ stage, done, total, failed: counts.failed });
  const work = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && !stopped; next = iterator.next()) {
      const item = next.value;
      // Two decoders of a plan may be the same one, spelled in two ways.
      if (store.has(item.key) || running.has(item.key)) {
        counts.kept++;
        if (done++ % KEPT_PER_REPORT === 0) report();
        continue;
      }
      running.add(item.key);
      const record = await run(item);
      await store.put(record);
      running.delete(item.key);
      counts.ran++;
      if (record.type === "failure") counts.failed++;
      done++;
      report();
    }
  };
  report();
  const workers = Array.from({ length: concurrency }, work);
  let ended = false;
  try {
    await stoppable(Promise.all(workers), signal);
    ended = true;
  } finally {
    stopped = true;
    // Ends what still runs, so that nothing writes into the store after the call.
    if (!ended) await options.runner.close();
    await Promise.allSettled(workers);
  }
  report();
}

const KEPT_PER_REPORT = 1000;

async function stoppable<Kind>(promise: Promise<Kind>, signal: AbortSignal | undefined): Promise<Kind> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function* filtered<Item>(items: Iterable<Item>, accepts: (item: Item) => boolean): Generator<Item, void, void> {
  for (const item of items) if (accepts(item)) yield item;
}

function countOf(items: Iterable<unknown>): number {
  let count = 0;
  for (const _ of items) count++;
  return count;
}
