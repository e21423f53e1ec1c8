import { seededRandom } from "@decodekit/core";
import { median } from "simple-statistics";
import type { Settings } from "../url/settings.ts";
import type { LaneTiming, Measured } from "./measure-rounds.ts";
import { drawResamples } from "./bootstrap.ts";
import { type PairedRatio, pairedRatio } from "./paired-ratio.ts";

/** A measurement and its conditions. Times are comparable only within one measurement. */
export interface Measurement extends Measured {
  readonly settings: Settings;
  readonly titles: readonly string[];
  readonly modelName: string;
  readonly execution: string;
  readonly isIsolated: boolean;
  /** Smallest step of the clock, in milliseconds. */
  readonly tickMilliseconds: number;
}

export interface LaneSummary {
  /** Median and extremes over the rounds that count, like the other spreads. */
  readonly millisecondsPerToken: Spread;
  readonly promptMilliseconds: Spread;
  readonly tokens: Spread;
  readonly passes: Spread;
  readonly draftModelPasses: Spread;
  /** Time per token relative to the first lane; undefined for the first lane itself. */
  readonly ratio: PairedRatio | undefined;
  /** Whether the median time is under `MIN_TICKS` clock steps, too short for a reliable result. */
  readonly isTooShort: boolean;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export const MIN_TICKS = 20;

/** Summarizes each lane; undefined if no round counts. */
export function summarize({ rounds, settings, tickMilliseconds }: Measurement): readonly LaneSummary[] | undefined {
  if (rounds.length === 0) return undefined;
  const of = (lane: number, value: (timing: LaneTiming) => number): number[] => rounds.map((round) => value(round[lane]!));
  const resamples = drawResamples(rounds.length, seededRandom(settings.seed));
  const perToken = ({ milliseconds, tokens }: LaneTiming): number => milliseconds / tokens;
  return settings.lanes.map((_, lane) => {
    const total = median(of(lane, ({ milliseconds }) => milliseconds));
    return {
      millisecondsPerToken: spread(of(lane, perToken)),
      promptMilliseconds: spread(of(lane, ({ promptMilliseconds }) => promptMilliseconds)),
      tokens: spread(of(lane, ({ tokens }) => tokens)),
      passes: spread(of(lane, ({ passes }) => passes)),
      draftModelPasses: spread(of(lane, ({ draftModelPasses }) => draftModelPasses)),
      ratio: lane === 0 ? undefined : pairedRatio(of(lane, perToken), of(0, perToken), resamples),
      isTooShort: total < MIN_TICKS * tickMilliseconds,
    };
  });
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
