import type { ModelReport } from "../report.ts";
import { type Cell, cellsOf, type ResolvedPlan } from "./cells.ts";
import { lineOf, type CellRecord, type FailureRecord, type Outcome, type SweepRecord, type TimingRecord } from "./record.ts";
import { pairsOf } from "./pairs.ts";
import { SweepError } from "./sweep-error.ts";

/** The results of a plan. */
export interface SweepResults {
  readonly resolved: ResolvedPlan;
  readonly model: ModelReport;
  /** In the plan's order. */
  readonly cells: readonly CellResult[];
  /** In the plan's order. */
  readonly timings: readonly TimingResult[];
}

export interface CellResult {
  readonly cell: Cell;
  /** Undefined if there is none. If records differ in their outcome, the one whose line comes first in the order of its characters. */
  readonly record: CellRecord | undefined;
  /** Undefined if the cell has a record. */
  readonly failure: FailureRecord | undefined;
  /** Outcomes of other runs of the cell that differ from the record's: the cell is not deterministic. */
  readonly others: readonly Outcome[];
}

export interface TimingResult {
  readonly baseline: Cell;
  readonly candidate: Cell;
  readonly record: TimingRecord | undefined;
}

/**
 * Puts the records of one or more stores in the order of their plan. The order of the records does not matter, nor whether one is there
 * twice. Records of cells that are not in the plan are left out. The plan is the last one of the records.
 * @throws SweepError if there is no plan, or if two of the stores have different ones.
 */
export async function mergeRecords(stores: Iterable<AsyncIterable<SweepRecord>>): Promise<SweepResults> {
  const plans = new Map<string, SweepRecord & { readonly type: "plan" }>();
  const cells = new Map<string, CellRecord[]>();
  const failures = new Map<string, FailureRecord>();
  const timings = new Map<string, TimingRecord>();
  for (const records of stores) {
    let plan: (SweepRecord & { readonly type: "plan" }) | undefined;
    for await (const record of records) {
      if (record.type === "plan") plan = record;
      else if (record.type === "cell") cells.set(record.key, [...(cells.get(record.key) ?? []), record]);
      else if (record.type === "failure") failures.set(record.key, firstOf(record, failures.get(record.key)));
      else timings.set(record.key, firstOf(record, timings.get(record.key)));
    }
    if (plan) plans.set(lineOf(plan.resolved), plan);
  }
  const [plan, ...more] = plans.values();
  if (!plan) throw new SweepError("The files hold no plan, so they were not written by decodekit compare PLAN.");
  if (more.length > 0) {
    throw new SweepError(
      "The files are results of different plans, models or versions of the packages. Merge the parts of one plan at a time.",
    );
  }
  const { resolved, model } = plan;
  return {
    resolved,
    model,
    cells: Array.from(cellsOf(resolved), (cell) => resultOf(cell, cells.get(cell.key) ?? [], failures.get(cell.key))),
    timings: Array.from(pairsOf(resolved), ({ key, baseline, candidate }) => ({ baseline, candidate, record: timings.get(key) })),
  };
}

/** Returns the record whose line comes first in the order of its characters, whichever was read first. */
function firstOf<Kind extends object>(one: Kind, other: Kind | undefined): Kind {
  return other === undefined || lineOf(one) < lineOf(other) ? one : other;
}

function resultOf(cell: Cell, records: readonly CellRecord[], failure: FailureRecord | undefined): CellResult {
  const byLine = new Map(records.map((record) => [lineOf(record.outcome), record] as const).toReversed());
  const [first, ...others] = [...byLine.keys()].toSorted();
  return {
    cell,
    record: first === undefined ? undefined : byLine.get(first),
    failure: first === undefined ? failure : undefined,
    others: others.map((line) => byLine.get(line)!.outcome),
  };
}

/** Yields a line for each cell with a result, in the plan's order: the same bytes on whatever machines the cells ran. */
export function* outcomeLines({ cells }: Pick<SweepResults, "cells">): Generator<string, void, void> {
  for (const { cell, record } of cells) {
    if (!record) continue;
    const { key, specification, promptId, content } = cell;
    yield lineOf({ key, decoder: specification, prompt: promptId, seed: content.seed, outcome: record.outcome });
  }
}
