import type { PluginOptionValues } from "@decodekit/core";
import type { ModelReport } from "../report.ts";
import { type Estimate, median, medianOfGroups, ratioOfSums } from "../statistics.ts";
import { groupBy } from "../group-by.ts";
import type { CellResult, SweepResults, TimingResult } from "./merge-records.ts";
import type { TimedRun, TimingRecord } from "./record.ts";

/** What a sweep found: plain data that survives JSON unchanged. Intervals are of 95 %, by bootstrap over the prompts. */
export interface SweepReport {
  /** Raised when a field changes its meaning or is removed. */
  readonly schemaVersion: 1;
  /** Name of the plan. */
  readonly plan: string;
  readonly model: ModelReport;
  /** Versions of the packages. */
  readonly versions: string;
  readonly prompts: number;
  readonly seeds: number;
  /** In the plan's order. */
  readonly decoders: readonly SweptDecoder[];
  /** The decoder that the others are timed against; null without timing. */
  readonly baseline: string | null;
  readonly failures: readonly FailedCell[];
  /** Cells whose runs did not all give the same. */
  readonly nondeterministic: readonly NamedCell[];
  /** Number of cells without a result and without a failure. */
  readonly missing: number;
}

export interface SweptDecoder {
  /** As the plan names it. */
  readonly decoder: string;
  /** Every option that has an effect. */
  readonly options: PluginOptionValues;
  /** Cells with a result. */
  readonly cells: number;
  readonly tokens: number;
  /** Passes of the target per 1000 tokens. Null without a token. */
  readonly passesPer1000Tokens: Estimate | null;
  /** Accepted of all drafted tokens, in [0, 1]. Null if nothing was drafted. */
  readonly acceptance: Estimate | null;
  /** Mean negative log-likelihood under the causal model. Null if nothing was scored. */
  readonly natsPerToken: Estimate | null;
  /** False if a run was not lossless; null if the decoder claims nothing, or has no result. */
  readonly lossless: boolean | null;
  /** How much longer the baseline takes per token: > 1 is faster than the baseline. One per machine: times of different ones are not pooled. */
  readonly speedups: readonly Speedup[];
}

export interface Speedup {
  /** Name of the machine. */
  readonly machine: string;
  readonly processor: string | null;
  /** Median over the pairs with a token; a pair's figure is the median over its rounds. */
  readonly ratio: Estimate;
}

export interface NamedCell {
  readonly key: string;
  readonly decoder: string;
  readonly prompt: string;
  readonly seed: number;
}

export interface FailedCell extends NamedCell {
  readonly error: string;
  readonly message: string;
}

/** Summarizes the results of a plan. */
export function sweepReport({ resolved, model, cells, timings }: SweepResults): SweepReport {
  const { plan, versions, decoders } = resolved;
  const byDecoder = groupBy(cells, ({ cell }) => cell.specification);
  return {
    schemaVersion: 1,
    plan: plan.name,
    model,
    versions,
    prompts: plan.prompts.length,
    seeds: plan.seeds.length,
    decoders: decoders.map(({ specification, options }) => ({
      decoder: specification,
      options,
      ...figuresOf(byDecoder.get(specification) ?? []),
      speedups: speedupsOf(timings.filter(({ candidate }) => candidate.specification === specification)),
    })),
    baseline: plan.timing?.baseline ?? null,
    failures: cells.flatMap(({ cell, failure }) => (failure ? [{ ...named(cell), error: failure.error, message: failure.message }] : [])),
    nondeterministic: cells.filter(({ others }) => others.length > 0).map(({ cell }) => named(cell)),
    missing: cells.filter(({ record, failure }) => !record && !failure).length,
  };
}

type Figures = Omit<SweptDecoder, "decoder" | "options" | "speedups">;

function figuresOf(results: readonly CellResult[]): Figures {
  const runs = results.flatMap(({ cell, record }) => (record ? [{ prompt: cell.promptId, outcome: record.outcome }] : []));
  const byPrompt = [...groupBy(runs, ({ prompt }) => prompt).values()].map((group) => group.map(({ outcome }) => outcome));
  const ratio = (part: (outcome: Outcome) => number, whole: (outcome: Outcome) => number): Estimate | null => {
    const sums = byPrompt.map((outcomes) => [total(outcomes, part), total(outcomes, whole)] as const).filter(([, weight]) => weight > 0);
    return sums.length === 0
      ? null
      : ratioOfSums(
          sums.map(([amount]) => amount),
          sums.map(([, weight]) => weight),
        );
  };
  const scored = ({ negativeLogLikelihood, tokens }: Outcome): number => (negativeLogLikelihood === null ? 0 : tokens.length);
  const claims = runs.map(({ outcome }) => outcome.lossless).filter((lossless) => lossless !== null);
  return {
    cells: runs.length,
    tokens: total(
      runs.map(({ outcome }) => outcome),
      ({ tokens }) => tokens.length,
    ),
    passesPer1000Tokens: ratio(
      ({ targetPasses }) => 1000 * targetPasses,
      ({ tokens }) => tokens.length,
    ),
    acceptance: ratio(
      ({ accepted }) => accepted,
      ({ drafted }) => drafted,
    ),
    natsPerToken: ratio((outcome) => (outcome.negativeLogLikelihood ?? 0) * scored(outcome), scored),
    lossless: claims.length === 0 ? null : claims.every(Boolean),
  };
}

type Outcome = NonNullable<CellResult["record"]>["outcome"];

function speedupsOf(timings: readonly TimingResult[]): readonly Speedup[] {
  const timed = timings.flatMap(({ candidate, record }) =>
    record ? [{ prompt: candidate.promptId, record, ratio: ratioOf(record) }] : [],
  );
  const usable = timed.filter(({ ratio }) => Number.isFinite(ratio));
  const byMachine = groupBy(usable, ({ record: { worker } }) => worker.slice(0, worker.lastIndexOf(":")));
  return Array.from(byMachine, ([machine, group]) => ({
    machine,
    processor: group[0].record.environment.processor,
    ratio: medianOfGroups(Array.from(groupBy(group, ({ prompt }) => prompt).values(), (pairs) => pairs.map(({ ratio }) => ratio))),
  })).toSorted((a, b) => (a.machine < b.machine ? -1 : 1));
}

/** The median over the rounds; not finite if a text has no token. */
function ratioOf({ baselineTimes, candidateTimes }: TimingRecord): number {
  return median(baselineTimes.map((run, round) => perToken(run) / perToken(candidateTimes[round]!)));
}

/** Milliseconds per token, without the pass that reads the prompt. */
function perToken({ decodeMilliseconds, tokens }: TimedRun): number {
  return tokens === 0 ? NaN : decodeMilliseconds / tokens;
}

function named({ key, specification, promptId, content }: CellResult["cell"]): NamedCell {
  return { key, decoder: specification, prompt: promptId, seed: content.seed };
}

function total<Item>(items: readonly Item[], amountOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + amountOf(item), 0);
}
