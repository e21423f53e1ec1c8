import type { RandomSource } from "@decodekit/core";

/** Where a canvas stands when its schedule is asked. */
export interface ScheduleStep {
  /** Number of the step on this canvas, from 0. */
  readonly step: number;
  /** Most steps on this canvas; in the last one everything is committed, without asking. */
  readonly steps: number;
  /** Positions without a token now, >= 1. */
  readonly open: number;
  /** How many there were when the canvas was new. */
  readonly initial: number;
  readonly random: RandomSource;
}

/** Says how many positions a step commits. A selection with a rule of its own may commit more. */
export interface Schedule {
  readonly name: string;
  /** An integer; what is outside [0, open] is cut to it. 0 costs no pass while the canvas stays as it is. */
  count(step: ScheduleStep): number;
}
