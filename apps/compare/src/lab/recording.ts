import type { LaneTrace, Trace, TracedModel } from "../trace/trace.ts";
import type { PreparedLanes } from "./prepare-lanes.ts";
import * as state from "./state.ts";

/** Short enough to show a growing text, long enough to keep the page responsive. */
const MILLISECONDS_BETWEEN_UPDATES = 50;

/** The trace of the lanes that are running. */
export interface Recording {
  readonly update: (lane: number, change: Partial<LaneTrace>) => void;
  readonly flush: () => void;
  readonly titleOf: (lane: number) => string;
}

export function startRecording({ settings, hosted: { model, texts }, promptTokens, lanes }: PreparedLanes): Recording {
  const { prompt, maxNewTokens, seed } = settings;
  const { name, execution, file, parameters, causal, masked } = model;
  const traced: TracedModel = {
    name,
    execution,
    parameters,
    vocabSize: causal.vocabSize,
    roles: masked ? ["causal", "masked"] : ["causal"],
    maskTokenId: masked?.maskTokenId,
    rowConsistency: causal.capabilities.rowConsistency,
    file: { path: file.path, reason: file.reason },
  };
  const recorded: LaneTrace[] = lanes.map(({ lane: { specification, plugin, options = {} } }) => ({
    specification,
    title: plugin.title,
    options,
    seed,
    events: [],
  }));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shownAt = 0;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    shownAt = performance.now();
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
    update(lane, change) {
      recorded[lane] = { ...recorded[lane]!, ...change };
      timer ??= setTimeout(flush, Math.max(0, shownAt + MILLISECONDS_BETWEEN_UPDATES - performance.now()));
    },
  };
}
