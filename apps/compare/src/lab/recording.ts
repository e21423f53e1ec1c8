import { texts } from "../texts/texts.ts";
import type { LaneTrace, Trace, TracedModel } from "../trace/trace.ts";
import { beginRun, growRun } from "./documents.ts";
import type { PreparedLanes } from "./prepare-lanes.ts";

/** Short enough to show a growing text, long enough to keep the page responsive. */
const MILLISECONDS_BETWEEN_UPDATES = 50;

/** The trace of the lanes that are running. */
export interface Recording {
  readonly update: (lane: number, change: Partial<LaneTrace>) => void;
  readonly flush: () => void;
  readonly titleOf: (lane: number) => string;
}

export function startRecording({
  document,
  settings,
  hosted: { model, texts: tokenTexts },
  prompt: read,
  lanes,
}: PreparedLanes): Recording {
  const { prompt, chat, system, maxNewTokens, seed, model: requested, dtype, modelFile, hub, draftModel, execution: choice } = settings;
  const { name, execution, file, parameters, causal, masked } = model;
  const traced: TracedModel = {
    name,
    execution,
    parameters,
    vocabSize: (causal ?? masked)!.vocabSize,
    roles: [...(causal ? (["causal"] as const) : []), ...(masked ? (["masked"] as const) : [])],
    maskTokenId: masked?.maskTokenId,
    rowConsistency: causal?.capabilities.rowConsistency,
    file: { path: file.path, reason: file.reason },
  };
  const recorded: LaneTrace[] = lanes.map(({ lane: { specification, plugin, options = {} }, start, reason }) => ({
    specification,
    title: plugin.title,
    options,
    seed,
    ...(start.length > 0 && { start }),
    events: [],
    ...(reason !== undefined && { error: texts.models.cannotRun(reason) }),
  }));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shownAt = 0;

  const shown = (): Trace => ({
    model: traced,
    request: { model: requested, dtype, modelFile, hub, draftModel, execution: choice },
    prompt,
    chat: { chat, system, rendered: read.rendered },
    promptTokens: [...read.tokens],
    maxNewTokens,
    vocabulary: tokenTexts.known,
    lanes: [...recorded],
  });
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    shownAt = performance.now();
    growRun(document, shown());
  };
  beginRun(document, shown(), settings);
  return {
    flush,
    titleOf: (lane) => recorded[lane]!.title,
    update(lane, change) {
      recorded[lane] = { ...recorded[lane]!, ...change };
      timer ??= setTimeout(flush, Math.max(0, shownAt + MILLISECONDS_BETWEEN_UPDATES - performance.now()));
    },
  };
}
