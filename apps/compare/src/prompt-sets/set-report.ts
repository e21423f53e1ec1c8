import type { CompareReport, RunReport } from "@decodekit/compare";
import type { PairedRatio } from "../measure/paired-ratio.ts";
import { rotation } from "../measure/rotation.ts";
import { partingOf } from "./parting.ts";
import type { PromptSetResult, SetLane } from "./set-result.ts";
import { type Estimate, type LaneEstimates, millisecondsPerToken, type SetSummary } from "./summarize-set.ts";

/** The report of `decodekit compare --json`, and what a prompt set adds to it: plain data, with null for a value that does not exist. */
export interface PromptSetReport extends CompareReport {
  readonly runs: readonly SetRunReport[];
  readonly promptSet: {
    readonly name: string;
    /** Prompts of the set. */
    readonly prompts: number;
    /** Prompts that every lane continued; the figures of `lanes` rest on them. */
    readonly completed: number;
    /** Whether each prompt was sent as a message, with the model's chat template. */
    readonly asMessages: boolean;
    readonly seed: number;
    readonly maxNewTokens: number;
    /** False if the run was stopped or ended by an error. */
    readonly isComplete: boolean;
  };
  readonly clock: { readonly tickMilliseconds: number; readonly isIsolated: boolean };
  readonly versions: PromptSetResult["versions"];
  readonly lanes: readonly LaneReport[];
  /** Lanes that failed on a prompt. */
  readonly failures: readonly { readonly lane: number; readonly promptIndex: number; readonly message: string }[];
  /** Why rounds did not count: "hidden", "drift", "outlier" or "failed". */
  readonly voids: readonly string[];
}

interface SetRunReport extends RunReport {
  /** Index of the lane. */
  readonly lane: number;
  readonly promptIndex: number;
  /** Whether its times count. */
  readonly isTimed: boolean;
  readonly millisecondsPerToken: number | null;
  /** Index of the first token that differs from the first lane's output; null if the texts are the same, or the first lane failed. */
  readonly differsAt: number | null;
}

interface LaneReport extends SetLane, Pick<LaneEstimates, "tokens" | "passes" | "draftModelPasses" | "isTooShort"> {
  readonly passesPer1000Tokens: EstimateReport | null;
  readonly acceptance: EstimateReport | null;
  readonly negativeLogLikelihood: EstimateReport | null;
  readonly repetition: EstimateReport | null;
  readonly millisecondsPerToken: EstimateReport | null;
  readonly timeRatio: (EstimateReport & { readonly verdict: PairedRatio["verdict"] }) | null;
  readonly sameTexts: number | null;
}

interface EstimateReport {
  readonly value: number;
  /** 95 % bootstrap interval over prompts. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Prompts that the figure rests on. */
  readonly count: number;
}

export function setReport(result: PromptSetResult, summary: SetSummary): PromptSetReport {
  const { set, asMessages, settings, environment, model, versions, isIsolated, tickMilliseconds, isComplete, rounds, voids } = result;
  const { seed, maxNewTokens } = settings;
  const { name, prompts } = set;
  return {
    schemaVersion: 2,
    environment,
    model,
    versions,
    clock: { tickMilliseconds, isIsolated },
    promptSet: { name, prompts: prompts.length, completed: summary.prompts, asMessages, seed, maxNewTokens, isComplete },
    lanes: result.lanes.map((lane, index) => laneReport(lane, summary.lanes[index]!)),
    failures: rounds.flatMap(({ failures, prompt }) =>
      failures.flatMap((message, lane) => (message === undefined ? [] : [{ lane, promptIndex: prompt, message }])),
    ),
    voids,
    runs: runReports(result),
  };
}

function runReports({ lanes, rounds, plannedRounds }: PromptSetResult): SetRunReport[] {
  const orders = rotation(lanes.length, plannedRounds);
  return rounds.flatMap(({ prompt, runs, isTimed }) =>
    orders[prompt]!.flatMap((lane) => {
      const run = runs[lane];
      if (!run) return [];
      const differsAt = runs[0] ? (partingOf(run, runs[0]) ?? null) : null;
      return { lane, promptIndex: prompt, isTimed, ...run, millisecondsPerToken: millisecondsPerToken(run) ?? null, differsAt };
    }),
  );
}

function laneReport(lane: SetLane, { timeRatio, sameTexts, ...estimates }: LaneEstimates): LaneReport {
  return {
    ...lane,
    ...estimates,
    passesPer1000Tokens: estimateReport(estimates.passesPer1000Tokens),
    acceptance: estimateReport(estimates.acceptance),
    negativeLogLikelihood: estimateReport(estimates.negativeLogLikelihood),
    repetition: estimateReport(estimates.repetition),
    millisecondsPerToken: estimateReport(estimates.millisecondsPerToken),
    timeRatio: timeRatio
      ? {
          ...timeRatio,
          interval: timeRatio.interval ?? null,
          verdict: estimates.isTooShort ? "inconclusive" : timeRatio.verdict,
        }
      : null,
    sameTexts: sameTexts ?? null,
  };
}

function estimateReport(estimate: Estimate | undefined): EstimateReport | null {
  return estimate ? { ...estimate, interval: estimate.interval ?? null } : null;
}
