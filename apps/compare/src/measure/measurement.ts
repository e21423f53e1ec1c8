import { seededRandom } from "@decodekit/core";
import { median } from "simple-statistics";
import type { Settings } from "../link/settings.ts";
import type { LaneTiming, Measured } from "./measure-rounds.ts";
import { type PairedRatio, pairedRatio } from "./paired-ratio.ts";

/** What was measured, and under which conditions: only within one of these may times be compared. */
export interface Measurement extends Measured {
  readonly settings: Settings;
  readonly titles: readonly string[];
  readonly modelName: string;
  readonly execution: string;
  readonly isIsolated: boolean;
  /** Smallest step of the clock. */
  readonly tickMilliseconds: number;
}

export interface LaneSummary {
  /** Medians and extremes over the rounds that count. */
  readonly millisecondsPerToken: Spread;
  readonly promptMilliseconds: Spread;
  readonly tokens: Spread;
  readonly passes: Spread;
  readonly draftModelPasses: Spread;
  /** Time per token over that of the first lane; absent for the first lane itself. */
  readonly ratio: PairedRatio | undefined;
  /** Whether so few steps of the clock went by that the times say nothing. */
  readonly isTooShort: boolean;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

const LEAST_TICKS = 20;

/** Of each lane; undefined when no round counts. */
export function summarize({ rounds, settings, tickMilliseconds }: Measurement): readonly LaneSummary[] | undefined {
  if (rounds.length === 0) return undefined;
  const of = (lane: number, value: (timing: LaneTiming) => number): number[] => rounds.map((round) => value(round[lane]!));
  const perToken = ({ milliseconds, tokens }: LaneTiming): number => milliseconds / tokens;
  return settings.lanes.map((_, lane) => {
    const total = median(of(lane, ({ milliseconds }) => milliseconds));
    return {
      millisecondsPerToken: spread(of(lane, perToken)),
      promptMilliseconds: spread(of(lane, ({ promptMilliseconds }) => promptMilliseconds)),
      tokens: spread(of(lane, ({ tokens }) => tokens)),
      passes: spread(of(lane, ({ passes }) => passes)),
      draftModelPasses: spread(of(lane, ({ draftModelPasses }) => draftModelPasses)),
      ratio: lane === 0 ? undefined : pairedRatio(of(lane, perToken), of(0, perToken), seededRandom(settings.seed)),
      isTooShort: total < LEAST_TICKS * tickMilliseconds,
    };
  });
}

function spread(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
