import { texts as t } from "../texts/texts.ts";
import { measureRounds } from "../measure/measure-rounds.ts";
import { describeError } from "./describe-error.ts";
import { type PreparedLane, type PreparedLanes, prepareLanes } from "./prepare-lanes.ts";
import { clockTick, onQuietPage, sentinelTime } from "./quiet-page.ts";
import { timeLane } from "./record-lane.ts";
import { host, isInputError, runExclusive, withWatchdog } from "./activity.ts";
import * as state from "./state.ts";

/** Measures the lanes of the settings in repeated rounds and shows the result. Never rejects. */
export function measure(): Promise<void> {
  return runExclusive(async (signal) => {
    state.measurement.value = undefined;
    const prepared = await prepareLanes(signal);
    for (const { lane, reason } of prepared.lanes)
      if (reason !== undefined) throw new Error(t.models.cannotMeasure(lane.plugin.title, reason));
    const measured = await onQuietPage(signal, (page) =>
      measureRounds({
        count: prepared.lanes.length,
        runLane: (lane, round) => runLane(prepared, prepared.lanes[lane]!, round),
        sentinel: () => sentinelTime(prepared.hosted, prepared.lanes[0]!.request.promptTokens, signal),
        wasHidden: page.wasHidden,
        untilVisible: page.untilVisible,
        signal,
        onProgress: (progress) => (state.activity.value = { kind: "measuring", ...progress }),
      }),
    );
    const { name: modelName, execution } = prepared.hosted.model;
    const titles = prepared.lanes.map(({ lane }) => lane.plugin.title);
    const conditions = { settings: prepared.settings, titles, modelName, execution };
    state.measurement.value = { ...measured, ...conditions, isIsolated: crossOriginIsolated, tickMilliseconds: clockTick() };
    state.announcement.value = signal.aborted ? t.status.stopped : t.status.measured;
  });
}

async function runLane({ hosted, settings }: PreparedLanes, { lane, request }: PreparedLane, round: number) {
  try {
    const statistics = await withWatchdog(timeLane(hosted, { ...request, seed: seedOf(settings.seed, round) }));
    return {
      milliseconds: statistics.decodeMilliseconds,
      promptMilliseconds: statistics.prefillMilliseconds,
      tokens: statistics.tokens,
      passes: statistics.targetPasses,
      draftModelPasses: Object.values(statistics.passesByModel.draft).reduce((sum, count) => sum + count, 0),
    };
  } catch (error) {
    request.signal.throwIfAborted();
    if (!isInputError(error) && !request.decoder.worker) host.reset(describeError(error));
    throw new Error(t.status.laneFailed(lane.plugin.title, describeError(error)), { cause: error });
  }
}

/** Returns a different seed each round, a safe integer also for the largest `seed`. */
function seedOf(seed: number, round: number): number {
  return seed <= Number.MAX_SAFE_INTEGER - round ? seed + round : seed - round;
}
