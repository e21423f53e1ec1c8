import type { RefineStep } from "../step-context.ts";

/** A step after its commits. `open` and `filled` are from before the commits, `tokens` and `confidence` from after. */
export interface RevisedStep extends RefineStep {
  /** Positions that this step committed. */
  readonly committed: readonly number[];
  /** Number of positions that the step before committed; undefined in the first step. */
  readonly previousCommitCount: number | undefined;
}

/** The changes of a revision. A position may be in only one of `remask` and `replace`, once. */
export interface Changes {
  /** Positions to remask. New noise is drawn there, also if there was no token. */
  readonly remask?: readonly number[] | undefined;
  /** Positions not committed in this step that receive their candidate. */
  readonly replace?: readonly number[] | undefined;
  /** Positions to open afterwards that keep their token as input of passes: the next step may commit another one. */
  readonly reconsider?: readonly number[] | undefined;
  /** Whether the canvas is done: every open position is committed, and no other change is made. @defaultValue false */
  readonly finish?: boolean | undefined;
}

/** The information that decides whether to continue with a canvas on which nothing is open. */
export interface FullCanvas {
  /** Number of the step that has just ended. */
  readonly step: number;
  /** Number of consecutive steps, including this one, that ended with nothing open. */
  readonly fullSteps: number;
  /** Whether this step filled a position or replaced a token. */
  readonly changed: boolean;
}

/** Changes committed tokens after each step. */
export interface Revision {
  readonly name: string;
  /** Whether it requires a pass even if nothing is open. */
  readonly needsPredictions: boolean;
  /** Whether it uses `Predictions.leaveOneOut`, which doubles the rows of each pass. @defaultValue false */
  readonly needsLeaveOneOut?: boolean | undefined;
  /** The tokens that the end of the canvas commits, in the last step or with `Changes.finish`. @defaultValue "candidate" */
  readonly endsWith?: "candidate" | "most-likely" | undefined;
  /** The only noise that it supports. @defaultValue any */
  readonly noise?: Noise | undefined;
  /** Starts a canvas. The returned function is called after the commits of every step but the last. */
  start(): (step: RevisedStep) => Changes;
  /** Whether the canvas can still change although nothing is open. Called after every step but the last. */
  shouldContinue(canvas: FullCanvas): boolean;
}

/** The input of passes for an unknown token: the mask token ("absorbing"), or a random token ("uniform"). */
export type Noise = "absorbing" | "uniform";
