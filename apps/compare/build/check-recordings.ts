import { seededRandom } from "@decodekit/core";
import { type LaneTiming, measureRounds } from "../src/measure/measure-rounds.ts";
import { drawResamples } from "../src/measure/bootstrap.ts";
import { type PairedRatio, pairedRatio } from "../src/measure/paired-ratio.ts";
import { readTrace } from "../src/trace/trace-file.ts";
import type { LaneTrace } from "../src/trace/trace.ts";
import type { WelcomeScene } from "../src/welcome/welcome-scenes.ts";
import type { RecordingModels } from "./recording-models.ts";
import { type RunnableLane, runnableLanes } from "./run-lane.ts";

/** One-token passes that measure the machine's current speed, as the Measure page makes them. */
const SENTINEL_PASSES = 16;

/** Times of one lane relative to an earlier one, over the rounds of a measurement. */
interface MeasuredPair {
  readonly lane: number;
  readonly against: number;
  /** Time per token after the prompt, which Measure compares. */
  readonly perToken: PairedRatio;
  /** Time of the whole run, by which lanes finish a race. */
  readonly whole: PairedRatio;
}

/** What Measure's own rounds say about the lanes of a scene, on the machine and in the build that recorded it. */
export interface MeasuredScene {
  readonly name: string;
  readonly rounds: number;
  readonly pairs: readonly MeasuredPair[];
}

/** Measures the lanes of a scene as the Measure page does, without its page. */
export async function measureScene(models: RecordingModels, { name, settings }: WelcomeScene): Promise<MeasuredScene> {
  const { maxNewTokens, seed, prompt } = settings;
  const recordingModel = await models.get(settings.model);
  const promptTokens = recordingModel.model.tokenizer.encode(prompt);
  const lanes = runnableLanes(recordingModel, settings, promptTokens);
  const [sentinel] = runnableLanes(recordingModel, { lanes: [{ decoder: "greedy" }] }, promptTokens);
  const { rounds } = await measureRounds({
    count: lanes.length,
    runLane: (lane, round) => timeLane(lanes[lane]!, maxNewTokens, seed + round),
    sentinel: async () => (await timeLane(sentinel!, SENTINEL_PASSES + 1, 0)).milliseconds,
    wasHidden: () => false,
    untilVisible: () => Promise.resolve(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return { name, rounds: rounds.length, pairs: rounds.length > 0 ? pairsOf(rounds, seed) : [] };
}

async function timeLane({ run }: RunnableLane, maxNewTokens: number, seed: number): Promise<LaneTiming> {
  const { statistics } = await run({ maxNewTokens, seed, stopTokens: [] });
  return {
    milliseconds: statistics.decodeMilliseconds,
    promptMilliseconds: statistics.prefillMilliseconds,
    tokens: statistics.tokens,
    passes: statistics.targetPasses,
    draftModelPasses: Object.values(statistics.passesByModel.draft).reduce((sum, count) => sum + count, 0),
  };
}

function pairsOf(rounds: readonly (readonly LaneTiming[])[], seed: number): MeasuredPair[] {
  const resamples = drawResamples(rounds.length, seededRandom(seed));
  const ratio = (lane: number, against: number, valueOf: (timing: LaneTiming) => number): PairedRatio =>
    pairedRatio(
      rounds.map((round) => valueOf(round[lane]!)),
      rounds.map((round) => valueOf(round[against]!)),
      resamples,
    );
  return [...rounds[0]!.keys()].flatMap((lane) =>
    Array.from({ length: lane }, (_, against) => ({
      lane,
      against,
      perToken: ratio(lane, against, ({ milliseconds, tokens }) => milliseconds / tokens),
      whole: ratio(lane, against, ({ milliseconds, promptMilliseconds }) => milliseconds + promptMilliseconds),
    })),
  );
}

/**
 * Returns one sentence for each way in which a recording shows another order of two lanes than their measurement: one lane is conclusively
 * faster, and is recorded as slower. Lanes of which neither is conclusively faster may be recorded in any order.
 */
export function contradictions({ name, pairs }: MeasuredScene, lanes: readonly LaneTrace[]): readonly string[] {
  const recorded = lanes.map(({ events, result }) => ({
    perToken: result!.statistics.decodeMilliseconds / result!.statistics.tokens,
    whole: events.at(-1)!.milliseconds,
  }));
  return pairs.flatMap(({ lane, against, ...measured }) =>
    (["perToken", "whole"] as const).flatMap((quantity) => {
      const { verdict, median, interval } = measured[quantity];
      const shown = recorded[lane]![quantity] / recorded[against]![quantity];
      const isContrary = (verdict === "faster" && shown > 1) || (verdict === "slower" && shown < 1);
      if (!isContrary) return [];
      const [low, high] = interval.map((end) => end.toFixed(2));
      return [
        `${name}: lane ${lane} against lane ${against} (${quantity}) is recorded at ${shown.toFixed(2)}, but measured at ${median.toFixed(2)} (${low} to ${high}).`,
      ];
    }),
  );
}

/** Reads a recording, and checks that its lanes can race: each has ended, and all wrote the same number of tokens. */
export function racingLanes(recording: string): readonly LaneTrace[] {
  const { lanes } = readTrace(recording);
  const counts = new Set(lanes.map(({ result }) => result?.statistics.tokens));
  if (counts.size !== 1 || counts.has(undefined))
    throw new Error(
      `The lanes of a welcome scene must write the same number of tokens, got ${[...counts].join(", ")}. Change its settings.`,
    );
  return lanes;
}
