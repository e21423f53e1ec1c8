import { texts } from "../texts/texts.ts";
import type { LaneTrace, Trace, TracedModel } from "../trace/trace.ts";
import { beginRun, growRun } from "./documents.ts";
import { laneTitle } from "./lane-title.ts";
import type { HostedModel } from "./model-host.ts";
import type { PreparedLane, PreparedLanes } from "./prepare-lanes.ts";
import * as state from "./state.ts";

const t = texts.why.branch;

/** Short enough to show a growing text, long enough to keep the page responsive. */
const MILLISECONDS_BETWEEN_UPDATES = 50;

/** The trace of the lanes that are running. */
export interface Recording {
  readonly update: (lane: number, change: Partial<LaneTrace>) => void;
  readonly flush: () => void;
  readonly titleOf: (lane: number) => string;
}

/** Begins a new run of all lanes. */
export function startRecording(prepared: PreparedLanes): Recording {
  const { document, settings, hosted, prompt: read, lanes } = prepared;
  const { prompt, chat, system, maxNewTokens, model, dtype, modelFile, hub, draftModel, execution } = settings;
  const trace: Trace = {
    model: tracedModel(hosted),
    request: { model, dtype, modelFile, hub, draftModel, execution },
    prompt,
    chat: { chat, system, rendered: read.rendered },
    promptTokens: [...read.tokens],
    maxNewTokens,
    vocabulary: hosted.texts.known,
    lanes: lanes.map((lane) => emptyLane(lane, prepared)),
  };
  beginRun(document, trace, settings);
  return recordInto(document, trace);
}

/**
 * Goes on with the shown run: the lanes `only` begin anew, the others keep their results.
 * @throws Error if the run was made with another model or is gone.
 */
export async function continueRecording(prepared: PreparedLanes, only: readonly number[]): Promise<Recording> {
  const { document, hosted, prompt, lanes } = prepared;
  const run = state.histories[document].peek().present.run;
  const model = tracedModel(hosted);
  if (
    !run ||
    run.trace.lanes.length !== lanes.length ||
    !isSameModel(run.trace.model, model) ||
    !isSame(run.trace.promptTokens, prompt.tokens)
  )
    throw new Error(t.otherModel(run?.trace.model.name ?? "", model.name));
  const { vocabulary } = run.trace;
  await hosted.texts.learn([...vocabulary.keys()].filter((token) => token < model.vocabSize));
  const trace: Trace = {
    ...run.trace,
    vocabulary: hosted.texts.known,
    lanes: run.trace.lanes.map((lane, index) => (only.includes(index) ? emptyLane(lanes[index]!, prepared) : lane)),
  };
  growRun(document, trace);
  if (run.origin !== "live" || run.trace.model.execution !== model.execution) state.notify("info", t.timesFromElsewhere);
  return recordInto(document, trace);
}

function tracedModel({ model: { name, execution, file, parameters, causal, masked, stopTokens } }: HostedModel): TracedModel {
  return {
    name,
    execution,
    parameters,
    vocabSize: (causal ?? masked)!.vocabSize,
    roles: [...(causal ? (["causal"] as const) : []), ...(masked ? (["masked"] as const) : [])],
    maskTokenId: masked?.maskTokenId,
    stopTokens,
    rowConsistency: causal?.capabilities.rowConsistency,
    file: { path: file.path, reason: file.reason },
  };
}

function isSameModel(a: TracedModel, b: TracedModel): boolean {
  return a.name === b.name && a.vocabSize === b.vocabSize;
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, index) => value === b[index]);
}

function emptyLane(
  { lane: { specification, plugin, options = {} }, start, reason }: PreparedLane,
  { settings, hosted }: PreparedLanes,
): LaneTrace {
  return {
    specification,
    title: laneTitle(plugin.title, start, hosted.texts.known),
    options,
    seed: settings.seed,
    ...(start.length > 0 && { start }),
    events: [],
    ...(reason !== undefined && { error: texts.models.cannotRun(reason) }),
  };
}

function recordInto(document: state.DocumentName, trace: Trace): Recording {
  const recorded = [...trace.lanes];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shownAt = 0;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    shownAt = performance.now();
    growRun(document, { ...trace, lanes: [...recorded] });
  };
  return {
    flush,
    titleOf: (lane) => recorded[lane]!.title,
    update(lane, change) {
      recorded[lane] = { ...recorded[lane]!, ...change };
      timer ??= setTimeout(flush, Math.max(0, shownAt + MILLISECONDS_BETWEEN_UPDATES - performance.now()));
    },
  };
}
