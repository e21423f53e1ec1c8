import { MIN_PAIRS } from "../measure/paired-ratio.ts";
import type { VoidReason } from "../measure/measure-rounds.ts";
import { format, letters, texts } from "../texts/texts.ts";
import type { PromptSetResult } from "./set-result.ts";
import type { Estimate, LaneEstimates, SetSummary } from "./summarize-set.ts";

const t = texts.sets;

/** A cell of the result: a value, and below it the interval or an explanation. */
export interface DescribedCell {
  readonly value: string;
  readonly detail: string;
}

/** The figures of a lane, in the order of the columns. */
export type SetColumn = "time" | "passes" | "acceptance" | "nats" | "repetition" | "same";

/** Returns the columns of a table and their headings. No lane that drafts, no column of accepted drafts. */
export function setColumns({ lanes }: Pick<SetSummary, "lanes">): ReadonlyMap<SetColumn, string> {
  const { time, passes, acceptance, nats, repetition, same } = t.columns;
  const headings: readonly (readonly [SetColumn, string, boolean])[] = [
    ["time", time(letters[0]), true],
    ["passes", passes, true],
    ["acceptance", acceptance, lanes.some((lane) => lane.acceptance)],
    ["nats", nats, true],
    ["repetition", repetition, true],
    ["same", same(letters[0]), lanes.length > 1],
  ];
  return new Map(headings.flatMap(([column, heading, isShown]) => (isShown ? [[column, heading]] : [])));
}

export function describeCell(lane: LaneEstimates, column: SetColumn, { prompts }: SetSummary): DescribedCell {
  switch (column) {
    case "time":
      return describeTime(lane);
    case "passes": {
      const cell = describeEstimate(lane.passesPer1000Tokens, (value) => format.integer(Math.round(value)));
      const { draftModelPasses } = lane;
      return draftModelPasses > 0 ? { ...cell, detail: join(cell.detail, t.ofDraftModel(format.integer(draftModelPasses))) } : cell;
    }
    case "acceptance":
      return describeEstimate(lane.acceptance, percent);
    case "nats":
      return describeEstimate(lane.negativeLogLikelihood, format.fine);
    case "repetition":
      return describeEstimate(lane.repetition, percent);
    case "same":
      return { value: lane.sameTexts === undefined ? t.noValue : t.same(lane.sameTexts, prompts), detail: "" };
    default:
      return column satisfies never;
  }
}

function percent(share: number): string {
  return `${format.decimal(100 * share)} %`;
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}

function describeTime({ timeRatio, isTooShort, millisecondsPerToken }: LaneEstimates): DescribedCell {
  if (!millisecondsPerToken) return { value: t.untimed, detail: "" };
  if (isTooShort) return { value: t.verdicts.inconclusive, detail: t.tooShort };
  if (!timeRatio) return { value: t.first, detail: t.perToken(format.fine(millisecondsPerToken.value)) };
  const { value, interval, verdict } = timeRatio;
  return {
    value: t.verdicts[verdict],
    detail: join(t.times(format.fine(value)), interval ? describeInterval(interval, format.fine) : ""),
  };
}

function describeEstimate(estimate: Estimate | undefined, formatted: (value: number) => string): DescribedCell {
  if (!estimate) return { value: t.noValue, detail: "" };
  return { value: formatted(estimate.value), detail: estimate.interval ? describeInterval(estimate.interval, formatted) : "" };
}

function describeInterval([low, high]: readonly [number, number], formatted: (value: number) => string): string {
  return t.interval(formatted(low), formatted(high));
}

/** Returns one sentence for each fact about how reliable the figures are. */
export function describeReliability({ set, rounds, voids, isComplete }: PromptSetResult, { prompts }: SetSummary): string[] {
  const reasons = [...new Set<VoidReason>(voids)];
  const untimed = rounds.filter(({ isTimed, runs }) => !isTimed && runs.every((run) => run)).length;
  return [
    ...(isComplete ? [] : [t.stopped]),
    t.completed(prompts, set.prompts.length),
    ...(prompts < MIN_PAIRS ? [t.few(MIN_PAIRS)] : []),
    ...reasons.map((reason) => t.voids(voids.filter((each) => each === reason).length, t.reasons[reason])),
    ...(untimed > 0 ? [t.untimedPrompts(untimed)] : []),
    ...(prompts >= MIN_PAIRS && prompts - untimed < MIN_PAIRS ? [t.fewTimed(MIN_PAIRS)] : []),
  ];
}

export function describeSetConditions(result: PromptSetResult): string {
  const { model, set, settings, asMessages, tickMilliseconds, isIsolated, versions } = result;
  return t.conditions([
    t.onModel(model.name, model.file ? ` (${model.file.path})` : "", (model.execution ?? "").toUpperCase()),
    t.ofSet(nameOfSet(set.name), settings.maxNewTokens, settings.seed),
    asMessages ? t.sentAs.messages : t.sentAs.text,
    t.clock(`${format.fine(1000 * tickMilliseconds)} µs`, isIsolated),
    t.versions(versions.decodekit, versions["onnxruntime-web"]),
  ]);
}

/** Returns the title of a built-in set, or the name of a file. */
function nameOfSet(name: string): string {
  return Object.hasOwn(t.builtIn, name) ? t.builtIn[name as keyof typeof t.builtIn] : name;
}

/** Returns the whole result as text with tab-separated columns, for the clipboard. */
export function setText(result: PromptSetResult, summary: SetSummary): string {
  const columns = [...setColumns(summary)];
  const header = [t.columns.lane, ...columns.map(([, heading]) => heading)].join("\t");
  const rows = summary.lanes.map((lane, index) => {
    const cells = columns.map(([column]) => {
      const { value, detail } = describeCell(lane, column, summary);
      return detail === "" ? value : `${value} (${detail})`;
    });
    return [`${letters[index]} ${result.lanes[index]!.specification}`, ...cells].join("\t");
  });
  return [header, ...rows, "", ...describeReliability(result, summary), describeSetConditions(result)].join("\n");
}
