import { texts as t } from "../texts/en.ts";
import type { TracedEvent } from "../trace/trace.ts";
import { describeError } from "./describe-error.ts";
import { outputOf } from "./lane-figures.ts";
import type { HostedModel } from "./model-host.ts";
import { type PreparedLane, prepareLanes } from "./prepare-lanes.ts";
import { recordLane } from "./record-lane.ts";
import { type Recording, startRecording } from "./recording.ts";
import { scoreTokens } from "./score-tokens.ts";
import { heartbeat, host, isInputError, runExclusive, withWatchdog } from "./activity.ts";
import * as state from "./state.ts";

const WARM_UP_TOKENS = 8;

/** Runs all lanes of the settings one after another, each alone on the model, and records their events. Never rejects. */
export function run(): Promise<void> {
  return runExclusive(async (signal) => {
    const prepared = await prepareLanes(signal);
    const { hosted, lanes } = prepared;
    const recording = startRecording(prepared);
    await warmUp(hosted, lanes, signal);
    for (const [index, each] of lanes.entries()) {
      if (signal.aborted) break;
      await runLane(hosted, each, { index, recording, signal });
    }
    state.announcement.value = signal.aborted ? t.status.stopped : t.status.finished(lanes.length);
  });
}

/**
 * Decodes a few tokens with each lane, as `compare` does, so that no lane pays for compilation. Ignores errors: they recur in the lane's
 * run.
 */
async function warmUp(hosted: HostedModel, lanes: readonly PreparedLane[], signal: AbortSignal): Promise<void> {
  for (const [index, { request }] of lanes.entries()) {
    if (signal.aborted) return;
    state.activity.value = { kind: "warming-up", lane: index };
    const maxNewTokens = Math.min(request.maxNewTokens, WARM_UP_TOKENS);
    await withWatchdog(recordLane(hosted, { ...request, maxNewTokens }, heartbeat)).catch(() => undefined);
  }
}

interface LaneRun {
  readonly index: number;
  readonly recording: Recording;
  readonly signal: AbortSignal;
}

async function runLane(hosted: HostedModel, { request }: PreparedLane, { index, recording, signal }: LaneRun): Promise<void> {
  state.activity.value = { kind: "decoding", lane: index };
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
    if (signal.aborted) return;
    state.activity.value = { kind: "scoring", lane: index };
    const { causal } = hosted.model;
    const scores = await scoreTokens(causal, request.promptTokens, outputOf({ events }), signal);
    await hosted.texts.learn(scores.flatMap(({ candidates }) => candidates.map(({ token }) => token)));
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
