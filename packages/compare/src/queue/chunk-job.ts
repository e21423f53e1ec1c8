import { type Cell, cellAt, cellCount, type ResolvedPlan } from "../sweep/cells.ts";
import { digestOf } from "../sweep/digest.ts";
import { pairAt, pairCount } from "../sweep/pairs.ts";
import type { Plan } from "../sweep/plan.ts";
import type { Pair } from "../sweep/runner.ts";

/** A job: some cells, or pairs, of a run, by their places in the plan's order. */
export interface ChunkJob {
  /** Digest of the run. */
  readonly run: string;
  readonly kind: "cells" | "timing";
  readonly from: number;
  /** One more than the last place. */
  readonly to: number;
}

/** Returns the name of the queue of jobs for workers with these versions. Workers with others do not see them. */
export function queueName(kind: ChunkJob["kind"], execution: Plan["execution"], versions: string): string {
  return `decodekit-${kind}-${digestOf({ execution, versions }).slice(0, 16)}`;
}

/** Returns the id of a job in its queue. Equal jobs have equal ids, so that a job that two submitters add waits once. */
export function jobId({ run, kind, from, to }: ChunkJob): string {
  return `${kind}-${run.slice(0, 16)}-${from}-${to}`;
}

/** Yields the jobs of a run: chunks of `size` cells, and then one job for each pair. */
export function* chunksOf(run: string, resolved: ResolvedPlan, size: number, kind: ChunkJob["kind"]): Generator<ChunkJob, void, void> {
  const [count, step] = kind === "cells" ? [cellCount(resolved.plan), size] : [pairCount(resolved), 1];
  for (let from = 0; from < count; from += step) yield { run, kind, from, to: Math.min(count, from + step) };
}

/** Returns the items of a job. */
export function itemsOf(resolved: ResolvedPlan, { kind, from, to }: ChunkJob): readonly (Cell | Pair)[] {
  return Array.from({ length: to - from }, (_, index) => (kind === "cells" ? cellAt : pairAt)(resolved, from + index));
}
