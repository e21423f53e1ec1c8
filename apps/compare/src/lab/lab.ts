import { texts as say } from "../texts/en.ts";
import type { TracedEvent } from "../trace/trace.ts";
import { describeError } from "./describe-error.ts";
import { outputOf } from "./facts.ts";
import type { HostedModel } from "./model-host.ts";
import { type PreparedLane, prepareLanes } from "./prepare-lanes.ts";
import { recordLane } from "./record-lane.ts";
import { type Recording, startRecording } from "./recording.ts";
import { scoreTokens } from "./score-tokens.ts";
import { host, isComplaint, occupy, signOfLife, untilSilent } from "./session.ts";
import * as state from "./state.ts";

const WARM_UP_TOKENS = 8;

/** Runs all lanes of the settings, one after another, each alone on the model, and records what they do. Never rejects. */
export function run(): Promise<void> {
  return occupy(async (signal) => {
    const prepared = await prepareLanes(signal);
    const { hosted, lanes } = prepared;
    const recording = startRecording(prepared);
    await warmUp(hosted, lanes, signal);
    for (const [index, each] of lanes.entries()) {
      if (signal.aborted) break;
      await runLane(hosted, each, { index, recording, signal });
    }
    state.announcement.value = signal.aborted ? say.status.stopped : say.status.finished(lanes.length);
  });
}

/** As `compare` does: a few tokens each, so that no lane pays for compilation. Errors show when the lane has its turn. */
async function warmUp(hosted: HostedModel, lanes: readonly PreparedLane[], signal: AbortSignal): Promise<void> {
  for (const [index, { request }] of lanes.entries()) {
    if (signal.aborted) return;
    state.activity.value = { kind: "warming-up", lane: index };
    const maxNewTokens = Math.min(request.maxNewTokens, WARM_UP_TOKENS);
    await untilSilent(recordLane(hosted, { ...request, maxNewTokens }, signOfLife)).catch(() => undefined);
  }
}

interface LaneTurn {
  readonly index: number;
  readonly recording: Recording;
  readonly signal: AbortSignal;
}

async function runLane(hosted: HostedModel, { request }: PreparedLane, { index, recording, signal }: LaneTurn): Promise<void> {
  state.activity.value = { kind: "decoding", lane: index };
  const events: TracedEvent[] = [];
  recording.update(index, { events });
  try {
    const decoding = recordLane(hosted, request, (event) => {
      events.push(event);
      signOfLife();
      recording.update(index, { events });
    });
    const result = await untilSilent(decoding);
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
    // After anything but a complaint about the input the model's state is unknown; code of the visitor's own never touches it.
    if (!isComplaint(error) && !request.decoder.worker) host.reset(describeError(error));
    if (!host.current()) throw new Error(say.status.laneFailed(recording.titleOf(index), describeError(error)), { cause: error });
  } finally {
    recording.flush();
  }
}
