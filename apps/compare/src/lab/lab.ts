import { VocabularyMismatchError } from "@decodekit/core";
import { texts as say } from "../texts/en.ts";
import type { LaneTrace, Trace, TracedEvent, TracedModel } from "../trace/trace.ts";
import { canMakeLane, type Lane, makeLane } from "./decoders.ts";
import { describeError } from "./describe-error.ts";
import { withTokens } from "./infill-plugin.ts";
import { type HostedModel, modelHost } from "./model-host.ts";
import { recordLane } from "./record-lane.ts";
import { scoreTokens } from "./score-tokens.ts";
import * as state from "./state.ts";

const host = modelHost();
const WARM_UP_TOKENS = 8;
const MILLISECONDS_TO_STOP = 4000;
/** After this long without an event a decoder of the visitor's own counts as hung. */
const MILLISECONDS_OF_SILENCE = 20_000;

let running: AbortController | undefined;

export function isRunning(): boolean {
  return state.activity.value.kind !== "idle";
}

/** Runs all lanes of the settings, one after another, each alone on the model. Errors become notices; it never rejects. */
export async function run(): Promise<void> {
  if (running) return;
  const controller = new AbortController();
  running = controller;
  const { signal } = controller;
  const { model, execution, prompt, seed, maxNewTokens } = state.settings.value;
  state.activity.value = { kind: "loading", progress: undefined };
  try {
    const lanes = state.settings.value.lanes.map((specification) => makeLane(specification, state.plugins.value));
    const request = { name: model, files: state.droppedFiles.value, execution };
    const hosted = await host.load(request, { signal, onProgress: showProgress });
    const promptTokens = await hosted.model.encode(prompt);
    await hosted.texts.learn(promptTokens);
    const runs: LaneRun[] = [];
    for (const lane of lanes) {
      const options = await withTokens(lane.plugin, lane.options ?? {}, (text) => hosted.model.encode(text));
      runs.push({ lane, request: { decoder: referenceTo({ ...lane, options }), promptTokens, maxNewTokens, seed, signal } });
    }
    const recording = startRecording(hosted, prompt, promptTokens, { lanes, maxNewTokens, seed });
    await warmUp(hosted, runs, recording, signal);
    for (const [index, each] of runs.entries()) {
      if (signal.aborted) break;
      await runLane(hosted, each, { index, recording, signal });
    }
    state.announcement.value = signal.aborted ? say.status.stopped : say.status.finished(lanes.length);
  } catch (error) {
    if (!(signal.aborted && error === signal.reason)) state.notify("error", describeError(error));
    else state.announcement.value = say.status.stopped;
  } finally {
    running = undefined;
    state.activity.value = { kind: "idle" };
    state.endedRuns.value++;
  }
}

/** Ends the run with what is there. What does not end by itself soon is ended with its worker. */
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

function showProgress(progress: Extract<state.Activity, { kind: "loading" }>["progress"]): void {
  const isWhole = progress?.totalBytes !== undefined && progress.loadedBytes >= progress.totalBytes;
  state.activity.value = isWhole ? { kind: "preparing" } : { kind: "loading", progress };
}

function referenceTo({ plugin, options = {} }: Lane): Parameters<typeof recordLane>[1]["decoder"] {
  const own = state.thirdParty.value.find((each) => each.plugin === plugin);
  return own ? { plugin: own.url, options, worker: own.worker } : { plugin: plugin.name, options };
}

interface LaneRun {
  readonly lane: Lane;
  readonly request: Parameters<typeof recordLane>[1];
}

/** As `compare` does: a few tokens each, so that no lane pays for compilation. Errors show when the lane has its turn. */
async function warmUp(hosted: HostedModel, runs: readonly LaneRun[], recording: Recording, signal: AbortSignal): Promise<void> {
  for (const [index, { request }] of runs.entries()) {
    if (signal.aborted) return;
    state.activity.value = { kind: "warming-up", lane: index };
    const maxNewTokens = Math.min(request.maxNewTokens, WARM_UP_TOKENS);
    await watched(recordLane(hosted, { ...request, maxNewTokens }, () => recording.alive())).catch(() => undefined);
  }

  async function watched<Result>(work: Promise<Result>): Promise<Result> {
    return untilSilent(work, recording);
  }
}

interface LaneTurn {
  readonly index: number;
  readonly recording: Recording;
  readonly signal: AbortSignal;
}

async function runLane(hosted: HostedModel, { request }: LaneRun, { index, recording, signal }: LaneTurn): Promise<void> {
  state.activity.value = { kind: "decoding", lane: index };
  const events: TracedEvent[] = [];
  recording.update(index, { events });
  try {
    const decoding = recordLane(hosted, request, (event) => {
      events.push(event);
      recording.alive();
      recording.update(index, { events });
    });
    const result = await untilSilent(decoding, recording);
    recording.update(index, { events, result });
    if (signal.aborted) return;
    state.activity.value = { kind: "scoring", lane: index };
    const { causal } = hosted.model;
    const output = events.flatMap(({ event }) => (event.type === "tokens-commit" ? [...event.tokens] : []));
    const scores = await scoreTokens(causal, request.promptTokens, output, signal);
    await hosted.texts.learn(scores.flatMap(({ candidates }) => candidates.map(({ token }) => token)));
    recording.update(index, { scores });
  } catch (error) {
    if (signal.aborted) return;
    recording.update(index, { error: describeError(error) });
    // After anything but a complaint about the input the model's state is unknown; code of the visitor's own never touches it.
    if (!isComplaint(error) && !request.decoder.worker) host.reset(describeError(error));
    if (!host.current()) throw new Error(say.status.laneFailed(recording.titleOf(index), describeError(error)), { cause: error });
  } finally {
    recording.flush();
  }
}

/** Whether an error is about what was asked for, so that the next lane can run. */
function isComplaint(error: unknown): boolean {
  const codes = ["INVALID_OPTION", "MISSING_MODEL", "CONTEXT_LENGTH", "DRAFTER"];
  return error instanceof VocabularyMismatchError || codes.includes(String((error as { readonly code?: unknown } | null)?.code));
}

/** Rejects, with all workers ended, when nothing has been heard for long and a decoder of the visitor's own takes part. */
async function untilSilent<Result>(work: Promise<Result>, recording: Recording): Promise<Result> {
  if (state.thirdParty.value.length === 0) return work;
  recording.alive();
  const timer = setInterval(() => {
    if (recording.silence() > MILLISECONDS_OF_SILENCE) giveUp(say.status.hung);
  }, 1000);
  return work.finally(() => clearInterval(timer));
}

/** The trace that grows while lanes run, shown once per frame. */
interface Recording {
  readonly update: (lane: number, change: Partial<LaneTrace>) => void;
  readonly flush: () => void;
  readonly titleOf: (lane: number) => string;
  readonly alive: () => void;
  /** Milliseconds since the last sign of life. */
  readonly silence: () => number;
}

function startRecording(
  { model, texts }: HostedModel,
  prompt: string,
  promptTokens: Int32Array,
  { lanes, maxNewTokens, seed }: { readonly lanes: readonly Lane[]; readonly maxNewTokens: number; readonly seed: number },
): Recording {
  const { name, execution, parameters, causal, masked } = model;
  const traced: TracedModel = {
    name,
    execution,
    parameters,
    vocabSize: causal.vocabSize,
    roles: masked ? ["causal", "masked"] : ["causal"],
    maskTokenId: masked?.maskTokenId,
  };
  const recorded: LaneTrace[] = lanes.map(({ specification, plugin, options = {} }) => ({
    specification,
    title: plugin.title,
    options,
    seed,
    events: [],
  }));
  let frame: number | undefined;
  let heard = performance.now();

  const flush = (): void => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
    const shown: Trace = {
      model: traced,
      prompt,
      promptTokens: [...promptTokens],
      maxNewTokens,
      vocabulary: texts.known,
      lanes: [...recorded],
    };
    state.trace.value = shown;
  };
  state.traceOrigin.value = "live";
  state.place.value = undefined;
  state.playing.value = false;
  state.selection.value = undefined;
  flush();
  return {
    flush,
    titleOf: (lane) => recorded[lane]!.title,
    alive: () => void (heard = performance.now()),
    silence: () => performance.now() - heard,
    update(lane, change) {
      recorded[lane] = { ...recorded[lane]!, ...change };
      frame ??= requestAnimationFrame(flush);
    },
  };
}
