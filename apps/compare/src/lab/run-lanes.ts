import { texts as t } from "../texts/texts.ts";
import type { TracedEvent } from "../trace/trace.ts";
import { describeError } from "./describe-error.ts";
import type { HostedModel } from "./model-host.ts";
import { type PreparedLane, type PreparedLanes, prepareLanes } from "./prepare-lanes.ts";
import { recordLane } from "./record-lane.ts";
import { continueRecording, type Recording, startRecording } from "./recording.ts";
import { scoredTokens, scoreLane } from "./score-lane.ts";
import { heartbeat, host, isInputError, runExclusive, withWatchdog } from "./activity.ts";
import * as state from "./state.ts";

const WARM_UP_TOKENS = 8;

interface RunOptions {
  /** Lanes to run into the shown run, which must be of the same settings: all others keep their results. @defaultValue all, a new run */
  readonly only?: readonly number[] | undefined;
}

/** Runs lanes of the settings one after another, each alone on the model, and records their events. Never rejects. */
export function run({ only }: RunOptions = {}): Promise<void> {
  return runExclusive(async (signal) => {
    const prepared = await prepareLanes(signal);
    const { document, hosted, lanes } = prepared;
    const recording = only ? await continueRecording(prepared, only) : startRecording(prepared);
    const chosen = only ?? [...lanes.keys()];
    await warmUp(prepared, chosen, signal);
    for (const index of chosen) {
      if (signal.aborted) break;
      const lane = lanes[index]!;
      if (lane.reason === undefined) await runLane(hosted, lane, { document, index, recording, signal });
    }
    state.announcement.value = signal.aborted ? t.status.stopped : t.status.finished(chosen.length);
  });
}

/**
 * Decodes a few tokens with each lane, as `compare` does, so that no lane pays for compilation. Ignores errors: they recur in the lane's
 * run.
 */
async function warmUp({ document, hosted, lanes }: PreparedLanes, chosen: readonly number[], signal: AbortSignal): Promise<void> {
  for (const index of chosen) {
    if (signal.aborted) return;
    const { request, reason } = lanes[index]!;
    if (reason !== undefined) continue;
    state.activity.value = { kind: "warming-up", lane: index, document };
    const maxNewTokens = Math.min(request.maxNewTokens, WARM_UP_TOKENS);
    await withWatchdog(recordLane(hosted, { ...request, maxNewTokens }, heartbeat)).catch(() => undefined);
  }
}

interface LaneRun {
  readonly document: state.DocumentName;
  readonly index: number;
  readonly recording: Recording;
  readonly signal: AbortSignal;
}

async function runLane(
  hosted: HostedModel,
  { lane, request, start }: PreparedLane,
  { document, index, recording, signal }: LaneRun,
): Promise<void> {
  state.activity.value = { kind: "decoding", lane: index, document };
  const events: TracedEvent[] = [];
  recording.update(index, { events });
  try {
    const decoding = recordLane(hosted, request, (event) => {
      events.push(event);
      heartbeat();
      recording.update(index, { events });
    });
    const result = await withWatchdog(decoding);
    recording.update(index, { events, result });
    const { causal, masked } = hosted.model;
    // A masked model alone does not say how likely a token is after those before it.
    if (signal.aborted || !causal) return;
    state.activity.value = { kind: "scoring", lane: index, document };
    const prompt = request.promptTokens.subarray(0, request.promptTokens.length - start.length);
    const { sampler } = lane.decoder;
    const scores = await scoreLane(causal, prompt, { start, events }, { sampler, maskTokenId: masked?.maskTokenId, signal });
    await hosted.texts.learn(scoredTokens(scores));
    recording.update(index, { scores });
  } catch (error) {
    if (signal.aborted) return;
    recording.update(index, { error: describeError(error) });
    // After any error other than an input error, the model's state is unknown. Third-party decoders run in their own worker and cannot
    // affect it.
    if (!isInputError(error) && !request.decoder.worker) host.reset(describeError(error));
    if (!host.current()) throw new Error(t.status.laneFailed(recording.titleOf(index), describeError(error)), { cause: error });
  } finally {
    recording.flush();
  }
}
