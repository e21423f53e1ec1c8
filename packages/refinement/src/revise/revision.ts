import type { RefineStep } from "../step.ts";

/** A step after its commits: `open` and `filled` are those before it, `tokens` and `confidence` those after. */
export interface RevisedStep extends RefineStep {
  /** Positions that this step has committed. */
  readonly committed: readonly number[];
  /** How many the step before has committed; undefined in the first one. */
  readonly committedBefore: number | undefined;
}

/** What to take back or replace. A position may be in one of the lists only, once. */
export interface Changes {
  /** Positions of `filled` or `committed` that become open again. */
  readonly reopen?: readonly number[] | undefined;
  /** Positions of `filled` that receive their candidate in place of the token they have. */
  readonly replace?: readonly number[] | undefined;
}

/** What a revision decides on whether to go on with a canvas on which nothing is open. */
export interface FullCanvas {
  /** Number of the step that has just ended. */
  readonly step: number;
  /** How many steps in a row have ended, this one included, with nothing open. */
  readonly fullSteps: number;
  /** Whether this step has put any token in place or replaced one. */
  readonly changed: boolean;
}

/** Goes back on what was committed. */
export interface Revision {
  readonly name: string;
  /** Whether it needs a pass also where nothing is open. */
  readonly readsPredictions: boolean;
  /** Whether it asks for `Predictions.leftOut`, for which passes then take twice the rows. @defaultValue false */
  readonly readsLeftOut?: boolean | undefined;
  /** Called after the commits of every step but the last one. */
  revise(step: RevisedStep): Changes;
  /** Whether the canvas can still change although nothing is open. Asked after every step but the last one. */
  goesOn(canvas: FullCanvas): boolean;
}
