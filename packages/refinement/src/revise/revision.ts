import type { RefineStep } from "../step.ts";

/** A step after its commits: `open` and `filled` are those before it, `tokens` and `confidence` those after. */
export interface RevisedStep extends RefineStep {
  /** Positions that this step has committed. */
  readonly committed: readonly number[];
  /** How many the step before has committed; undefined in the first one. */
  readonly committedBefore: number | undefined;
}

/** What to take back or replace. A position may be in one of `reopen` and `replace` only, once. */
export interface Changes {
  /** Positions that lose the token they have and are open; noise is drawn anew there, also where there was no token. */
  readonly reopen?: readonly number[] | undefined;
  /** Positions that were not committed and receive their candidate. */
  readonly replace?: readonly number[] | undefined;
  /** Positions that, after all that, keep their token for passes to read, but are open: the next step may commit another one. */
  readonly loosen?: readonly number[] | undefined;
  /** Whether the canvas is done: every open position is committed, and no other change is made. @defaultValue false */
  readonly finish?: boolean | undefined;
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
  /** What the end of the canvas, the last step or `Changes.finish`, commits. @defaultValue "candidate" */
  readonly endsWith?: "candidate" | "likeliest" | undefined;
  /** The only noise that it is for. @defaultValue any */
  readonly noise?: Noise | undefined;
  /** Starts on a canvas. The function is called after the commits of every step but the last one. */
  start(): (step: RevisedStep) => Changes;
  /** Whether the canvas can still change although nothing is open. Asked after every step but the last one. */
  goesOn(canvas: FullCanvas): boolean;
}

/** What passes read where a token is unknown: the mask token ("absorbing"), or a random one ("uniform"). */
export type Noise = "absorbing" | "uniform";
