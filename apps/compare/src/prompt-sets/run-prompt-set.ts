import type { RunReport } from "@decodekit/compare";
import { type LaneTiming, type MeasuredLanes, measureRounds, type VoidReason } from "../measure/measure-rounds.ts";

/** The lanes and prompts to run, and the checks that decide whether the times of a prompt count. */
export interface PromptSetLanes extends Pick<
  MeasuredLanes<LaneTiming>,
  "sentinel" | "wasHidden" | "untilVisible" | "signal" | "onProgress"
> {
  readonly lanes: number;
  readonly prompts: number;
  /** Continues a prompt once with a lane. `isWarmUp` asks for a few tokens that are thrown away. Rejects as `MeasuredLanes.runLane` does. */
  readonly runLane: (lane: number, prompt: number, isWarmUp: boolean) => Promise<RunReport>;
  /** Returns why a lane failed on a prompt; undefined for an error after which no other lane can run. */
  readonly explain: (error: unknown, lane: number) => string | undefined;
}

/** One prompt, continued by the lanes. */
export interface PromptRound {
  /** Index of the prompt. */
  readonly prompt: number;
  /** By lane; undefined for a lane that failed. */
  readonly runs: readonly (RunReport | undefined)[];
  /** By lane: why it failed. */
  readonly failures: readonly (string | undefined)[];
  /** Whether its times count. */
  readonly isTimed: boolean;
}

export interface PromptSetRuns {
  /** One entry for each prompt that was run to its end, in the order of the prompts. */
  readonly rounds: readonly PromptRound[];
  /** The reason for each round that was void. */
  readonly voids: readonly VoidReason[];
  readonly plannedRounds: number;
  /** False if the run was stopped or ended by an error. */
  readonly isComplete: boolean;
  /** The error that ended the run. */
  readonly error?: unknown;
}

interface PromptTiming extends LaneTiming {
  readonly prompt: number;
}

/**
 * Continues every prompt with every lane, one at a time. A prompt is a round as in `measureRounds`: each starts with the next lane, and one
 * whose times cannot be trusted is repeated. If it stays void, its texts and counts are kept, but not its times. A prompt on which a lane
 * fails is not repeated. An abort, or an error that `explain` cannot explain, ends the run with the prompts so far. Never rejects.
 */
export async function runPromptSet({ lanes, prompts, runLane, explain, ...machine }: PromptSetLanes): Promise<PromptSetRuns> {
  const runs = byPrompt<RunReport>(prompts);
  const failures = byPrompt<string>(prompts);
  const ending = new AbortController();
  const signal = AbortSignal.any([machine.signal, ending.signal]);
  let problem: { readonly error: unknown } | undefined;

  const endOnError = async <Value>(work: Promise<Value>): Promise<Value> => {
    try {
      return await work;
    } catch (error) {
      if (!signal.aborted) problem = { error };
      ending.abort();
      throw error;
    }
  };
  const tryLane = async (lane: number, round: number): Promise<PromptTiming | undefined> => {
    const prompt = Math.max(0, round - 1);
    try {
      const run = await runLane(lane, prompt, round === 0);
      if (round > 0) runs[prompt]![lane] = run;
      return { prompt, ...timingOf(run) };
    } catch (error) {
      const failure = signal.aborted ? undefined : explain(error, lane);
      if (failure === undefined) throw error;
      if (round > 0) failures[prompt]![lane] = failure;
      return undefined;
    }
  };
  const measured = await measureRounds<PromptTiming>({
    ...machine,
    count: lanes,
    rounds: prompts,
    signal,
    runLane: (lane, round) => endOnError(tryLane(lane, round)),
    sentinel: () => endOnError(machine.sentinel()),
  });
  const timed = new Set(measured.rounds.map((round) => round[0]!.prompt));
  const rounds = runs.map((ofPrompt, prompt) => ({
    prompt,
    runs: Array.from({ length: lanes }, (_, lane) => ofPrompt[lane]),
    failures: Array.from({ length: lanes }, (_, lane) => failures[prompt]![lane]),
    isTimed: timed.has(prompt),
  }));
  const { voids, plannedRounds, isComplete } = measured;
  return { rounds: rounds.filter(isEnded), voids, plannedRounds, isComplete, ...problem };
}

function byPrompt<Value>(prompts: number): Value[][] {
  return Array.from({ length: prompts }, () => []);
}

function isEnded({ runs, failures }: PromptRound): boolean {
  return runs.every((run, lane) => run !== undefined || failures[lane] !== undefined);
}

function timingOf({ decodeMilliseconds, prefillMilliseconds, tokens, targetPasses, passesByModel }: RunReport): LaneTiming {
  return {
    milliseconds: decodeMilliseconds,
    promptMilliseconds: prefillMilliseconds,
    tokens: tokens.length,
    passes: targetPasses,
    draftModelPasses: draftModelPassesOf({ passesByModel }),
  };
}

/** Returns the passes of a draft model, which `targetPasses` leaves out. */
export function draftModelPassesOf({ passesByModel }: Pick<RunReport, "passesByModel">): number {
  return Object.values(passesByModel.draft).reduce((sum, count) => sum + count, 0);
}
