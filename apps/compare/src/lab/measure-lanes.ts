import { texts as say } from "../texts/en.ts";
import { measureRounds } from "../measure/measure-rounds.ts";
import { describeError } from "./describe-error.ts";
import { watchVisibility } from "./page-visibility.ts";
import { type PreparedLane, type PreparedLanes, prepareLanes } from "./prepare-lanes.ts";
import { timeLane } from "./record-lane.ts";
import { host, isComplaint, occupy, untilSilent } from "./session.ts";
import * as state from "./state.ts";

/** Passes of one token that tell how fast the machine is right now. */
const SENTINEL_PASSES = 16;

/** Runs the lanes of the settings again and again and shows what that took. Never rejects. */
export function measure(): Promise<void> {
  return occupy(async (signal) => {
    state.measurement.value = undefined;
    const prepared = await prepareLanes(signal);
    const page = watchVisibility(signal);
    const lock = await navigator.wakeLock?.request("screen").catch(() => undefined);
    try {
      const measured = await measureRounds({
        count: prepared.lanes.length,
        runLane: (lane, round) => runLane(prepared, prepared.lanes[lane]!, round),
        sentinel: () => sentinel(prepared),
        wasHidden: page.wasHidden,
        untilVisible: page.untilVisible,
        signal,
        onProgress: (progress) => (state.activity.value = { kind: "measuring", ...progress }),
      });
      const { name: modelName, execution } = prepared.hosted.model;
      const titles = prepared.lanes.map(({ lane }) => lane.plugin.title);
      const conditions = { settings: prepared.settings, titles, modelName, execution };
      state.measurement.value = { ...measured, ...conditions, isIsolated: crossOriginIsolated, tickMilliseconds: clockTick() };
      state.announcement.value = signal.aborted ? say.status.stopped : say.status.measured;
    } finally {
      page.end();
      await lock?.release();
    }
  });
}

async function runLane({ hosted, settings }: PreparedLanes, { lane, request }: PreparedLane, round: number) {
  try {
    const statistics = await untilSilent(timeLane(hosted, { ...request, seed: seedOf(settings.seed, round) }));
    return {
      milliseconds: statistics.decodeMilliseconds,
      promptMilliseconds: statistics.prefillMilliseconds,
      tokens: statistics.tokens,
      passes: statistics.targetPasses,
      draftModelPasses: Object.values(statistics.passesByModel.draft).reduce((sum, count) => sum + count, 0),
    };
  } catch (error) {
    request.signal.throwIfAborted();
    if (!isComplaint(error) && !request.decoder.worker) host.reset(describeError(error));
    throw new Error(say.status.laneFailed(lane.plugin.title, describeError(error)), { cause: error });
  }
}

/** Another one each round, and a seed also for the largest. */
function seedOf(seed: number, round: number): number {
  return seed <= Number.MAX_SAFE_INTEGER - round ? seed + round : seed - round;
}

async function sentinel({ hosted, lanes }: PreparedLanes): Promise<number> {
  const { promptTokens, signal } = lanes[0]!.request;
  const request = { decoder: { plugin: "greedy" }, promptTokens, maxNewTokens: SENTINEL_PASSES + 1, seed: 0, signal };
  return (await timeLane(hosted, request)).decodeMilliseconds;
}

/** Smallest step that the clock is seen to make. */
function clockTick(): number {
  let least = Infinity;
  for (let seen = 0, last = performance.now(); seen < 20;) {
    const now = performance.now();
    if (now === last) continue;
    least = Math.min(least, now - last);
    last = now;
    seen++;
  }
  return least;
}
