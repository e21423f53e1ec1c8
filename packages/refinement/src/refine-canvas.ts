import type { DecodeEvent, DecodeRun, RandomSource } from "@decodekit/core";
import { type Canvas, clear, filledPositions, hasEnded, openPositions, proposal, put } from "./canvas.ts";
import { predictionsOf, type Sampling } from "./predictions.ts";
import type { CanvasRows, Predictor } from "./predictor.ts";
import type { Revision } from "./revise/revision.ts";
import type { Schedule } from "./schedule/schedule.ts";
import type { Selection } from "./select/selection.ts";
import type { Predictions, RefineStep } from "./step.ts";

/** The parts of the loop. */
export interface RefineParts {
  readonly select: Selection;
  readonly schedule: Schedule;
  readonly revise: Revision | undefined;
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
  /** How many masked positions the model sees after the canvas. */
  readonly lookahead: number;
  /** Whether open positions may be left where a stop token stands before them. */
  readonly mayLeave: boolean;
  /** Step n draws from `random.fork(n)`. */
  readonly random: RandomSource;
}

/** Streams of a step's random source. */
const CANDIDATES = 0;
const SELECTION = 1;
const SCHEDULE = 2;
const REVISION = 3;

/**
 * Score, select, commit, revise, until nothing is open and nothing can change, in at most `steps` steps. In the last one every
 * open position is committed. Proposes the canvas after each step that has changed it. While it stays as it is, no new pass
 * is made. A canvas that holds a stop token with nothing open before it is left, unless it can be revised.
 */
export async function* refineCanvas(
  run: CanvasRun,
  predictor: Pick<Predictor, "predict">,
  parts: RefineParts,
  task: CanvasTask,
): AsyncGenerator<DecodeEvent, void, void> {
  const { canvas, steps, lookahead, mayLeave } = task;
  const start = run.tokens.length;
  const advance = startCanvas(run, parts, task);
  const input = new Int32Array(canvas.tokens.length + lookahead).fill(canvas.maskTokenId);
  let rows: CanvasRows | undefined;
  let fullSteps = 0;
  for (let step = 0; step < steps; step++) {
    if (!rows && (openPositions(canvas).length > 0 || parts.revise?.readsPredictions)) {
      input.set(canvas.tokens);
      rows = yield* predictor.predict(input, { leaveOneOut: parts.revise?.readsLeftOut ?? false });
    }
    const changed = advance(step, rows);
    if (changed) {
      rows = undefined;
      yield proposal(canvas, start);
    }
    if (mayLeave && !parts.revise && hasEnded(canvas, run.stopTokens)) return;
    const isFull = openPositions(canvas).length === 0;
    fullSteps = isFull ? fullSteps + 1 : 0;
    if (isFull && !parts.revise?.goesOn({ step, fullSteps, changed })) return;
  }
}

/** Gives the function that takes one step on the canvas and tells whether that has changed it. */
function startCanvas(
  run: CanvasRun,
  { select, schedule, revise, sampling }: RefineParts,
  { canvas, steps, random: source }: CanvasTask,
): (step: number, rows: CanvasRows | undefined) => boolean {
  const { promptLength, tokens: prefix } = run;
  const { vocabSize, maskTokenId } = run.models.masked;
  const chooseOpen = select.start();
  const initial = openPositions(canvas).length;
  const sequence = new Int32Array(prefix.length + canvas.tokens.length);
  sequence.set(prefix);
  let committedBefore: number | undefined;
  return (step, rows = noRows) => {
    const random = source.fork(step);
    const before = canvas.tokens.slice();
    sequence.set(before, prefix.length);
    const reading = { rows, sampler: sampling.samplerAt(step, steps), sampling, sequence, start: prefix.length, promptLength };
    const predictions = predictionsOf({ ...reading, vocabSize, maskTokenId, random: random.fork(CANDIDATES) });
    const open = openPositions(canvas);
    const view = { step, steps, initial, tokens: canvas.tokens, open, filled: filledPositions(canvas), confidence: canvas.confidence };
    const least = step === steps - 1 ? open.length : countOf(schedule, { ...view, random: random.fork(SCHEDULE) });
    const committed = open.length === 0 ? [] : chooseOpen({ ...view, predictions, random: random.fork(SELECTION) }, least);
    checkChosen(select, committed, open, least);
    for (const position of committed) putCandidate(canvas, position, predictions);
    if (revise && step < steps - 1) {
      const changes = revise.revise({ ...view, committed, committedBefore, predictions, random: random.fork(REVISION) });
      for (const position of changes.replace ?? []) putCandidate(canvas, position, predictions);
      for (const position of changes.reopen ?? []) clear(canvas, position);
    }
    committedBefore = committed.length;
    return canvas.tokens.some((token, position) => token !== before[position]);
  };
}

function countOf(schedule: Schedule, view: Pick<RefineStep, "step" | "steps" | "initial" | "open" | "random">): number {
  const open = view.open.length;
  return open === 0 ? 0 : Math.max(0, Math.min(open, schedule.count({ ...view, open })));
}

function putCandidate(canvas: Canvas, position: number, predictions: Predictions): void {
  const token = predictions.candidate(position);
  put(canvas, position, token, predictions.probabilities(position)[token]!);
}

/** A selection that breaks its contract would break those of the decoder. */
function checkChosen({ name }: Selection, chosen: readonly number[], open: readonly number[], least: number): void {
  if (chosen.length >= least && new Set(chosen).size === chosen.length && chosen.every((position) => open.includes(position))) return;
  throw new Error(
    `refine: the selection "${name}" chose [${chosen.join(", ")}], not at least ${least} of [${open.join(", ")}], each once.`,
  );
}

function noRow(): never {
  throw new Error("refine: a revision that says it does not read predictions asked for one where nothing was open.");
}

const noRows: CanvasRows = { read: noRow, readLeftOut: noRow };
