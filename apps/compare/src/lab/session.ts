import { VocabularyMismatchError } from "@decodekit/core";
import type { LoadProgress } from "@decodekit/core/onnx";
import { texts as say } from "../texts/en.ts";
import { canMakeLane } from "./decoders.ts";
import { describeError } from "./describe-error.ts";
import { modelHost } from "./model-host.ts";
import * as state from "./state.ts";

export const host = modelHost();
const MILLISECONDS_TO_STOP = 4000;
/** After this long without an event a decoder of the visitor's own counts as hung. */
const MILLISECONDS_OF_SILENCE = 20_000;

let running: AbortController | undefined;

export function isRunning(): boolean {
  return state.activity.value.kind !== "idle";
}

/** Does one thing with the model at a time; nothing while another goes on. Errors become notices; it never rejects. */
export async function occupy(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  if (running) return;
  const controller = new AbortController();
  running = controller;
  state.activity.value = { kind: "loading", progress: undefined };
  try {
    await work(controller.signal);
  } catch (error) {
    if (!(controller.signal.aborted && error === controller.signal.reason)) state.notify("error", describeError(error));
    else state.announcement.value = say.status.stopped;
  } finally {
    running = undefined;
    state.activity.value = { kind: "idle" };
    state.endedRuns.value++;
  }
}

/** Ends what goes on with what is there. What does not end by itself soon is ended with its worker. */
export function stop(): void {
  const stopped = running;
  if (!stopped) return;
  stopped.abort();
  setTimeout(() => {
    if (running === stopped) giveUp(say.status.gaveUp);
  }, MILLISECONDS_TO_STOP);
}

/** Ends all workers: the model is loaded again at the next run, and plugins must be added again. */
function giveUp(problem: string): void {
  host.reset(problem);
  for (const { end } of state.thirdParty.value) end(problem);
  state.thirdParty.value = [];
  const { lanes, ...rest } = state.settings.value;
  const left = lanes.filter((specification) => canMakeLane(specification, state.plugins.value));
  state.settings.value = { ...rest, lanes: left.length > 0 ? left : ["greedy"] };
}

export function showProgress(progress: LoadProgress | undefined): void {
  const isWhole = progress?.totalBytes !== undefined && progress.loadedBytes >= progress.totalBytes;
  state.activity.value = isWhole ? { kind: "preparing" } : { kind: "loading", progress };
}

let lastSign = 0;

/** Tells that a decoder is not hung. */
export function signOfLife(): void {
  lastSign = performance.now();
}

/** Rejects, with all workers ended, when nothing has been heard for long and a decoder of the visitor's own takes part. */
export async function untilSilent<Result>(work: Promise<Result>): Promise<Result> {
  if (state.thirdParty.value.length === 0) return work;
  signOfLife();
  const timer = setInterval(() => {
    if (performance.now() - lastSign > MILLISECONDS_OF_SILENCE) giveUp(say.status.hung);
  }, 1000);
  return work.finally(() => clearInterval(timer));
}

/** Whether an error is about what was asked for, so that the next lane can run. */
export function isComplaint(error: unknown): boolean {
  const codes = ["INVALID_OPTION", "MISSING_MODEL", "CONTEXT_LENGTH", "DRAFTER"];
  return error instanceof VocabularyMismatchError || codes.includes(String((error as { readonly code?: unknown } | null)?.code));
}
