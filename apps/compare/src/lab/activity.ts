import { VocabularyMismatchError } from "@decodekit/core";
import type { LoadProgress } from "@decodekit/core/onnx";
import { texts as t } from "../texts/texts.ts";
import { canMakeLane } from "./decoders.ts";
import { removeLanes } from "./documents.ts";
import { describeError } from "./describe-error.ts";
import { modelHost } from "./model-host.ts";
import * as state from "./state.ts";

export const host = modelHost();
const MILLISECONDS_TO_STOP = 4000;
/** A third-party decoder counts as hung after this long without an event. */
const MILLISECONDS_UNTIL_HUNG = 20_000;

let running: AbortController | undefined;

export function isRunning(): boolean {
  return state.activity.value.kind !== "idle";
}

/** Runs `work` unless other work is running. Errors become notices; never rejects. */
export async function runExclusive(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  if (running) return;
  const controller = new AbortController();
  running = controller;
  state.activity.value = { kind: "loading", progress: undefined };
  try {
    await work(controller.signal);
  } catch (error) {
    if (!(controller.signal.aborted && error === controller.signal.reason)) state.notify("error", describeError(error));
    else state.announcement.value = t.status.stopped;
  } finally {
    running = undefined;
    state.activity.value = { kind: "idle" };
    state.endedRuns.value++;
  }
}

/** Aborts the running work, which keeps its partial result. Terminates the workers if it does not end within `MILLISECONDS_TO_STOP`. */
export function stop(): void {
  const stopped = running;
  if (!stopped) return;
  stopped.abort();
  setTimeout(() => {
    if (running === stopped) terminateAll(t.status.terminated);
  }, MILLISECONDS_TO_STOP);
}

/** Terminates all workers. The next run reloads the model; third-party decoders must be added again. */
function terminateAll(problem: string): void {
  host.reset(problem);
  for (const { end } of state.thirdParty.value) end(problem);
  state.thirdParty.value = [];
  removeLanes((decoder) => !canMakeLane(decoder, state.plugins.value));
}

export function showProgress(progress: LoadProgress | undefined): void {
  const isComplete = progress?.totalBytes !== undefined && progress.loadedBytes >= progress.totalBytes;
  state.activity.value = isComplete ? { kind: "preparing" } : { kind: "loading", progress };
}

let lastHeartbeat = 0;

/** Restarts the watchdog: the decoder is not hung. */
export function heartbeat(): void {
  lastHeartbeat = performance.now();
}

/**
 * Waits for `work`. If there are third-party decoders, terminates all workers when no heartbeat came for `MILLISECONDS_UNTIL_HUNG`, which
 * makes `work` reject.
 */
export async function withWatchdog<Result>(work: Promise<Result>): Promise<Result> {
  if (state.thirdParty.value.length === 0) return work;
  heartbeat();
  const timer = setInterval(() => {
    if (performance.now() - lastHeartbeat > MILLISECONDS_UNTIL_HUNG) terminateAll(t.status.hung);
  }, 1000);
  return work.finally(() => clearInterval(timer));
}

/** Whether an error is about the input, so that the next lane can still run. */
export function isInputError(error: unknown): boolean {
  const codes = ["INVALID_OPTION", "MISSING_MODEL", "CONTEXT_LENGTH", "DRAFTER"];
  return error instanceof VocabularyMismatchError || codes.includes(String((error as { readonly code?: unknown } | null)?.code));
}
