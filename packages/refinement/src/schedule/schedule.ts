import type { RandomSource } from "@decodekit/core";

/** The state of a canvas when its schedule is called. */
export interface ScheduleStep {
  /** Number of the step on this canvas, from 0. */
  readonly step: number;
  /** Maximum steps on this canvas. The last one commits everything without calling the schedule. */
  readonly steps: number;
  /** Number of open positions, >= 1. */
  readonly open: number;
  /** Number of open positions at the start of the canvas. */
  readonly initial: number;
  readonly random: RandomSource;
}

/** Decides how many positions a step commits. A selection may commit more. */
export interface Schedule {
  readonly name: string;
  /** An integer, clamped to [0, open]. With 0, no pass is needed while the canvas does not change. */
  count(step: ScheduleStep): number;
}
