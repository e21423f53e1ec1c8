import type { RunReport } from "@decodekit/compare";
import { draftModelPassesOf } from "./run-prompt-set.ts";
import type { PromptSetReport } from "./set-report.ts";

type Cell = string | number | boolean | null;
type Row = Readonly<Record<string, Cell>>;

/**
 * Returns a table with a row per lane: its figures under the names of the report, the bounds of their intervals, and the conditions. A value
 * that does not exist is an empty cell.
 */
export function laneCsv(report: PromptSetReport): Promise<string> {
  const { completed } = report.promptSet;
  return csvOf(
    report.lanes.map(({ specification, title, tokens, passes, draftModelPasses, timeRatio, sameTexts, ...figures }, lane) => ({
      lane,
      decoder: specification,
      title,
      completed,
      tokens,
      passes,
      draftModelPasses,
      ...estimateCells("passesPer1000Tokens", figures.passesPer1000Tokens),
      ...estimateCells("acceptance", figures.acceptance),
      ...estimateCells("negativeLogLikelihood", figures.negativeLogLikelihood),
      ...estimateCells("repetition", figures.repetition),
      ...estimateCells("millisecondsPerToken", figures.millisecondsPerToken),
      ...estimateCells("timeRatio", timeRatio),
      verdict: timeRatio?.verdict ?? null,
      sameTexts,
      ...conditionCells(report),
    })),
  );
}

/** Returns a table with a row per text. */
export function textCsv(report: PromptSetReport): Promise<string> {
  return csvOf(
    report.runs.map((run) => ({
      promptIndex: run.promptIndex,
      prompt: run.prompt,
      lane: run.lane,
      decoder: report.lanes[run.lane]!.specification,
      text: run.text,
      differsAt: run.differsAt,
      tokens: run.tokens.length,
      finishReason: run.finishReason,
      lossless: run.lossless,
      targetPasses: run.targetPasses,
      draftModelPasses: draftModelPassesOf(run),
      drafted: run.drafted,
      accepted: run.accepted,
      negativeLogLikelihood: run.negativeLogLikelihood,
      ...timesOf(run),
      millisecondsPerToken: run.millisecondsPerToken,
      isTimed: run.isTimed,
      ...conditionCells(report),
    })),
  );
}

function timesOf({ prefillMilliseconds, decodeMilliseconds, timeToFirstTokenMilliseconds }: RunReport): Row {
  return { prefillMilliseconds, decodeMilliseconds, timeToFirstTokenMilliseconds };
}

interface Bounded {
  readonly value: number;
  readonly interval: readonly [low: number, high: number] | null;
}

function estimateCells(name: string, estimate: Bounded | null): Row {
  const [low, high] = estimate?.interval ?? [null, null];
  return { [name]: estimate?.value ?? null, [`${name}Low`]: low, [`${name}High`]: high };
}

function conditionCells({ model, promptSet, versions, clock, environment }: PromptSetReport): Row {
  return {
    promptSet: promptSet.name,
    asMessages: promptSet.asMessages,
    isComplete: promptSet.isComplete,
    model: model.name,
    file: model.file?.path ?? null,
    execution: model.execution,
    seed: promptSet.seed,
    maxNewTokens: promptSet.maxNewTokens,
    decodekit: versions.decodekit,
    "onnxruntime-web": versions["onnxruntime-web"],
    runtime: environment.runtime,
    tickMilliseconds: clock.tickMilliseconds,
    isIsolated: clock.isIsolated,
  };
}

async function csvOf(rows: readonly Row[]): Promise<string> {
  const { default: Papa } = await import("papaparse");
  return `${Papa.unparse([...rows], { newline: "\n" })}\n`;
}
