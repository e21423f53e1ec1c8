import type { DecodeEvent } from "@decodekit/core";
import { startSteps } from "./canvas-step.ts";
import type { CanvasContext, CanvasTask, RefineParts } from "./canvas-task.ts";
import { hasEnded, openPositions, proposal, readTokens } from "./canvas.ts";
import { drawNoise, NOISE } from "./noise.ts";
import type { CanvasRows, Predictor } from "./predictor.ts";

/**
 * Scores, selects, commits and revises until nothing is open and nothing can change, in at most `steps` steps. The last step commits every
 * open position. Proposes the canvas after each step that changed it. No pass is run while its input would be the same. A canvas with a
 * stop token and nothing open before it ends early, unless it can be revised.
 */
export async function* refineCanvas(
  context: CanvasContext,
  predictor: Pick<Predictor, "predict">,
  parts: RefineParts,
  task: CanvasTask,
): AsyncGenerator<DecodeEvent, void, void> {
  const { canvas, steps, stopsAtStopToken } = task;
  const input = startInput(context, parts, task);
  const advance = startSteps(context, parts, task);
  let rows: CanvasRows | undefined;
  let fullSteps = 0;
  for (let step = 0; step < steps; step++) {
    if (!rows && (openPositions(canvas).length > 0 || parts.revise?.needsPredictions)) {
      input.set(readTokens(canvas));
      rows = yield* predictor.predict(input, { leaveOneOut: parts.revise?.needsLeaveOneOut ?? false });
    }
    const { shown, read, finished } = advance(step, rows);
    if (read) rows = undefined;
    if (shown) yield proposal(canvas, context.tokens.length);
    if (finished || (stopsAtStopToken && !parts.revise && hasEnded(canvas, context.stopTokens))) return;
    const isFull = openPositions(canvas).length === 0;
    fullSteps = isFull ? fullSteps + 1 : 0;
    if (isFull && !parts.revise?.shouldContinue({ step, fullSteps, changed: shown })) return;
  }
}

/** Creates the input of passes: the canvas, to be written to its start, and unknown tokens after it. Draws the first noise. */
function startInput(context: CanvasContext, { noise }: RefineParts, { canvas, lookahead, random }: CanvasTask): Int32Array {
  const { masked } = context.models;
  const input = new Int32Array(canvas.tokens.length + lookahead).fill(masked.maskTokenId);
  if (noise === "absorbing") return input;
  const source = random.fork(0).fork(NOISE);
  drawNoise(canvas.unknown, openPositions(canvas), masked, source);
  drawNoise(input, [...input.keys()].slice(canvas.tokens.length), masked, source);
  return input;
}
