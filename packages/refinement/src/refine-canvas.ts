import type { DecodeEvent, DecodeRun, RandomSource } from "@decodekit/core";
import { startSteps } from "./canvas-step.ts";
import { type Canvas, hasEnded, openPositions, proposal, readTokens } from "./canvas.ts";
import { drawNoise, NOISE } from "./noise.ts";
import type { Sampling } from "./predictions.ts";
import type { CanvasRows, Predictor } from "./predictor.ts";
import type { Noise, Revision } from "./revise/revision.ts";
import type { Schedule } from "./schedule/schedule.ts";
import type { Selection } from "./select/selection.ts";

/** The parts of the loop. */
export interface RefineParts {
  readonly select: Selection;
  readonly schedule: Schedule;
  readonly revise: Revision | undefined;
  readonly noise: Noise;
  readonly sampling: Sampling;
}

/** What a canvas needs to know of the decode that it belongs to. */
export interface CanvasRun extends Pick<DecodeRun<"masked">, "tokens" | "promptLength" | "stopTokens"> {
  readonly models: DecodeRun<"masked">["models"];
}

/** A canvas to fill. */
export interface CanvasTask {
  readonly canvas: Canvas;
  /** Most steps, >= 1: that many predictions at most. */
  readonly steps: number;
  /** How many unknown positions the model sees after the canvas. */
  readonly lookahead: number;
  /** Whether open positions may be left where a stop token stands before them. */
  readonly mayLeave: boolean;
  /** Step n draws from `random.fork(n)`; noise for step n too, also that which is drawn at the end of step n - 1. */
  readonly random: RandomSource;
}

/**
 * Score, select, commit, revise, until nothing is open and nothing can change, in at most `steps` steps. In the last one every
 * open position is committed. Proposes the canvas after each step that has changed it. While passes would read the same, no
 * new one is made. A canvas that holds a stop token with nothing open before it is left, unless it can be revised.
 */
export async function* refineCanvas(
  run: CanvasRun,
  predictor: Pick<Predictor, "predict">,
  parts: RefineParts,
  task: CanvasTask,
): AsyncGenerator<DecodeEvent, void, void> {
  const { canvas, steps, mayLeave } = task;
  const input = startInput(run, parts, task);
  const advance = startSteps(run, parts, task);
  let rows: CanvasRows | undefined;
  let fullSteps = 0;
  for (let step = 0; step < steps; step++) {
    if (!rows && (openPositions(canvas).length > 0 || parts.revise?.readsPredictions)) {
      input.set(readTokens(canvas));
      rows = yield* predictor.predict(input, { leaveOneOut: parts.revise?.readsLeftOut ?? false });
    }
    const { shown, read, finished } = advance(step, rows);
    if (read) rows = undefined;
    if (shown) yield proposal(canvas, run.tokens.length);
    if (finished || (mayLeave && !parts.revise && hasEnded(canvas, run.stopTokens))) return;
    const isFull = openPositions(canvas).length === 0;
    fullSteps = isFull ? fullSteps + 1 : 0;
    if (isFull && !parts.revise?.goesOn({ step, fullSteps, changed: shown })) return;
  }
}

/** What passes read: the canvas, to be written to its start, and unknown tokens after it. Gives open positions their first noise. */
function startInput(run: CanvasRun, { noise }: RefineParts, { canvas, lookahead, random }: CanvasTask): Int32Array {
  const { masked } = run.models;
  const input = new Int32Array(canvas.tokens.length + lookahead).fill(masked.maskTokenId);
  if (noise === "absorbing") return input;
  const source = random.fork(0).fork(NOISE);
  drawNoise(canvas.unknown, openPositions(canvas), masked, source);
  drawNoise(input, [...input.keys()].slice(canvas.tokens.length), masked, source);
  return input;
}
