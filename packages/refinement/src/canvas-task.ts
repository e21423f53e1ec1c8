import type { DecodeContext, RandomSource } from "@decodekit/core";
import type { Canvas } from "./canvas.ts";
import type { Sampling } from "./predictions.ts";
import type { Noise, Revision } from "./revise/revision.ts";
import type { Schedule } from "./schedule/schedule.ts";
import type { Selection } from "./select/selection.ts";

/** The parts of the refinement loop. */
export interface RefineParts {
  readonly select: Selection;
  readonly schedule: Schedule;
  readonly revise: Revision | undefined;
  readonly noise: Noise;
  readonly sampling: Sampling;
}

/** The part of a decode that filling a canvas depends on. */
export interface CanvasContext extends Pick<DecodeContext<"masked">, "tokens" | "promptLength" | "stopTokens"> {
  readonly models: DecodeContext<"masked">["models"];
}

/** A canvas to fill. */
export interface CanvasTask {
  readonly canvas: Canvas;
  /** Maximum steps, >= 1; there are at most as many predictions. */
  readonly steps: number;
  /** Number of unknown positions that the model sees after the canvas. */
  readonly lookahead: number;
  /** Whether the canvas is done once nothing is open before a stop token, even if later positions are open. */
  readonly stopsAtStopToken: boolean;
  /** Step n draws from `random.fork(n)`. So does the noise that it reads, although that is drawn at the end of step n - 1. */
  readonly random: RandomSource;
}
