import { argmax } from "@decodekit/core";
import { concatTokens } from "@decodekit/core/toolkit";
import { type Canvas, clear, filledPositions, reconsider, openPositions, put, readTokens } from "./canvas.ts";
import { checkChanges, checkChosen } from "./check-parts.ts";
import { drawNoise, NOISE } from "./noise.ts";
import { predictionsOf } from "./predictions.ts";
import type { CanvasRows } from "./predictor.ts";
import type { CanvasContext, CanvasTask, RefineParts } from "./canvas-task.ts";
import type { Changes, Revision } from "./revise/revision.ts";
import type { Schedule } from "./schedule/schedule.ts";
import type { Predictions, RefineStep } from "./step-context.ts";

/** The effect of a step on its canvas. */
export interface StepOutcome {
  /** Whether the visible tokens changed. */
  readonly shown: boolean;
  /** Whether the input of the next pass changed. */
  readonly read: boolean;
  /** Whether the revision ended the canvas. */
  readonly finished: boolean;
}

/** Streams of a step's random source. */
const CANDIDATES = 0;
const SELECTION = 1;
const SCHEDULE = 2;
const REVISION = 3;

/** Returns the function that performs one step on the canvas: select, commit, revise. */
export function startSteps(
  context: CanvasContext,
  parts: RefineParts,
  { canvas, steps, random: source }: CanvasTask,
): (step: number, rows: CanvasRows | undefined) => StepOutcome {
  const { select, schedule, revise } = parts;
  const readPredictions = startReading(context, parts, canvas);
  const selectOpen = select.start();
  const reviseStep = revise?.start();
  const initial = openPositions(canvas).length;
  let previousCommitCount: number | undefined;
  return (step, rows = noRows) => {
    const random = source.fork(step);
    const before = canvas.tokens.slice();
    const seen = readTokens(canvas);
    const predictions = readPredictions({ step, steps, rows, random: random.fork(CANDIDATES) });
    const open = openPositions(canvas);
    const { tokens, confidence } = canvas;
    const state = { step, steps, initial, tokens, seen, open, filled: filledPositions(canvas), confidence };
    const isLast = step === steps - 1;
    const minCount = isLast ? open.length : countOf(schedule, { ...state, random: random.fork(SCHEDULE) });
    const committed = open.length === 0 ? [] : selectOpen({ ...state, predictions, random: random.fork(SELECTION) }, minCount);
    checkChosen(select, committed, open, minCount);
    for (const position of committed) putCandidate(canvas, position, predictions);
    const details = { ...state, predictions, committed, previousCommitCount, random: random.fork(REVISION) };
    const changes = isLast ? { finish: true } : (reviseStep?.(details) ?? {});
    if (revise) checkChanges(revise, changes, details);
    if (changes.finish) finish(canvas, open, predictions, revise);
    else change(canvas, changes, predictions);
    if (parts.noise === "uniform")
      drawNoise(canvas.unknown, changes.remask ?? [], context.models.masked, source.fork(step + 1).fork(NOISE));
    previousCommitCount = committed.length;
    const now = readTokens(canvas);
    return { shown: differ(tokens, before), read: differ(now, seen), finished: changes.finish ?? false };
  };
}

/** Returns the function that turns the rows of a step into predictions, given the current canvas. */
function startReading(
  context: CanvasContext,
  { sampling }: RefineParts,
  canvas: Canvas,
): (pass: Pick<RefineStep, "step" | "steps" | "random"> & { readonly rows: CanvasRows }) => Predictions {
  const { promptLength, tokens: prefix } = context;
  const { vocabSize, maskTokenId } = context.models.masked;
  const tokens = concatTokens(prefix, canvas.tokens);
  const source = { sampling, sequence: { tokens, promptLength }, start: prefix.length, vocabSize, maskTokenId };
  return ({ step, steps, rows, random }) => {
    tokens.set(canvas.tokens, prefix.length);
    return predictionsOf({ ...source, rows, sampler: sampling.samplerAt(step, steps), random });
  };
}

function countOf(schedule: Schedule, state: Pick<RefineStep, "step" | "steps" | "initial" | "open" | "random">): number {
  const open = state.open.length;
  return open === 0 ? 0 : Math.max(0, Math.min(open, schedule.count({ ...state, open })));
}

function change(canvas: Canvas, { replace = [], remask = [], reconsider: reconsidered = [] }: Changes, predictions: Predictions): void {
  for (const position of replace) putCandidate(canvas, position, predictions);
  for (const position of remask) clear(canvas, position);
  for (const position of reconsidered) reconsider(canvas, position);
}

/** Commits every position that was `open` before the step. */
function finish(canvas: Canvas, open: readonly number[], predictions: Predictions, revise: Revision | undefined): void {
  for (const position of open) {
    if (revise?.endsWith !== "most-likely") putCandidate(canvas, position, predictions);
    else {
      const probabilities = predictions.probabilities(position);
      const token = argmax(probabilities);
      put(canvas, position, token, probabilities[token]!);
    }
  }
}

function putCandidate(canvas: Canvas, position: number, predictions: Predictions): void {
  const token = predictions.candidate(position);
  put(canvas, position, token, predictions.probabilities(position)[token]!);
}

function differ(a: Int32Array, b: Int32Array): boolean {
  return a.some((token, position) => token !== b[position]);
}

function noRow(): never {
  throw new Error("refine: a revision without needsPredictions read predictions while no position was open.");
}

const noRows: CanvasRows = { read: noRow, readLeaveOneOut: noRow };
