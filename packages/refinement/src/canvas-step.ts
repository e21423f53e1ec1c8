import { argmax } from "@decodekit/core";
import { type Canvas, clear, filledPositions, loosen, openPositions, put, readTokens } from "./canvas.ts";
import { drawNoise, NOISE } from "./noise.ts";
import { predictionsOf } from "./predictions.ts";
import type { CanvasRows } from "./predictor.ts";
import type { CanvasRun, CanvasTask, RefineParts } from "./refine-canvas.ts";
import type { Changes, Revision } from "./revise/revision.ts";
import type { Schedule } from "./schedule/schedule.ts";
import type { Selection } from "./select/selection.ts";
import type { Predictions, RefineStep } from "./step.ts";

/** What a step has done to its canvas. */
export interface StepOutcome {
  /** Whether other tokens are shown. */
  readonly shown: boolean;
  /** Whether the next pass reads something else. */
  readonly read: boolean;
  /** Whether the revision has ended the canvas. */
  readonly finished: boolean;
}

/** Streams of a step's random source. */
const CANDIDATES = 0;
const SELECTION = 1;
const SCHEDULE = 2;
const REVISION = 3;

/** Gives the function that takes one step on the canvas: select, commit, revise. */
export function startSteps(
  run: CanvasRun,
  parts: RefineParts,
  { canvas, steps, random: source }: CanvasTask,
): (step: number, rows: CanvasRows | undefined) => StepOutcome {
  const { select, schedule, revise } = parts;
  const readPredictions = startReading(run, parts, canvas);
  const chooseOpen = select.start();
  const goBack = revise?.start();
  const initial = openPositions(canvas).length;
  let committedBefore: number | undefined;
  return (step, rows = noRows) => {
    const random = source.fork(step);
    const before = canvas.tokens.slice();
    const seen = readTokens(canvas);
    const predictions = readPredictions({ step, steps, rows, random: random.fork(CANDIDATES) });
    const open = openPositions(canvas);
    const { tokens, confidence } = canvas;
    const view = { step, steps, initial, tokens, seen, open, filled: filledPositions(canvas), confidence };
    const isLast = step === steps - 1;
    const least = isLast ? open.length : countOf(schedule, { ...view, random: random.fork(SCHEDULE) });
    const committed = open.length === 0 ? [] : chooseOpen({ ...view, predictions, random: random.fork(SELECTION) }, least);
    checkChosen(select, committed, open, least);
    for (const position of committed) putCandidate(canvas, position, predictions);
    const details = { ...view, predictions, committed, committedBefore, random: random.fork(REVISION) };
    const changes = isLast ? { finish: true } : (goBack?.(details) ?? {});
    if (changes.finish) finish(canvas, open, predictions, revise);
    else change(canvas, changes, predictions);
    if (parts.noise === "uniform") drawNoise(canvas.unknown, changes.reopen ?? [], run.models.masked, source.fork(step + 1).fork(NOISE));
    committedBefore = committed.length;
    const now = readTokens(canvas);
    return { shown: differ(tokens, before), read: differ(now, seen), finished: changes.finish ?? false };
  };
}

/** What the rows of a step say, given the canvas as it is then. */
function startReading(
  run: CanvasRun,
  { sampling }: RefineParts,
  canvas: Canvas,
): (pass: Pick<RefineStep, "step" | "steps" | "random"> & { readonly rows: CanvasRows }) => Predictions {
  const { promptLength, tokens: prefix } = run;
  const { vocabSize, maskTokenId } = run.models.masked;
  const sequence = new Int32Array(prefix.length + canvas.tokens.length);
  sequence.set(prefix);
  const source = { sampling, sequence, start: prefix.length, promptLength, vocabSize, maskTokenId };
  return ({ step, steps, rows, random }) => {
    sequence.set(canvas.tokens, prefix.length);
    return predictionsOf({ ...source, rows, sampler: sampling.samplerAt(step, steps), random });
  };
}

function countOf(schedule: Schedule, view: Pick<RefineStep, "step" | "steps" | "initial" | "open" | "random">): number {
  const open = view.open.length;
  return open === 0 ? 0 : Math.max(0, Math.min(open, schedule.count({ ...view, open })));
}

function change(canvas: Canvas, { replace = [], reopen = [], loosen: loosened = [] }: Changes, predictions: Predictions): void {
  for (const position of replace) putCandidate(canvas, position, predictions);
  for (const position of reopen) clear(canvas, position);
  for (const position of loosened) loosen(canvas, position);
}

/** Commits all that was `open` before the step. */
function finish(canvas: Canvas, open: readonly number[], predictions: Predictions, revise: Revision | undefined): void {
  for (const position of open) {
    if (revise?.endsWith !== "likeliest") putCandidate(canvas, position, predictions);
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
