import { format, letters, texts } from "../texts/texts.ts";
import type { LaneState } from "../trace/fold.ts";
import type { LaneTrace, Trace } from "../trace/trace.ts";
import { figuresOf } from "./lane-figures.ts";

export const chartNames = ["tokensOverPasses", "tokensOverTime", "acceptance", "phases", "quality"] as const;
export type ChartName = (typeof chartNames)[number];

/** One mark of a chart. */
export interface ChartRow {
  readonly lane: number;
  readonly label: string;
  readonly phase?: string | undefined;
  readonly x: number;
  /** Absent in charts that show lengths only. */
  readonly y?: number | undefined;
}

export interface ChartData {
  readonly rows: readonly ChartRow[];
  readonly columns: readonly string[];
  /** Describes the chart in one sentence. */
  readonly summary: string;
}

const t = texts.charts;

/** Returns the data of a chart for the lanes at the current place on the axis. */
export function chartData(name: ChartName, { lanes }: Trace, states: readonly LaneState[]): ChartData {
  const labelled = lanes.map((lane, index) => ({ lane, state: states[index]!, index, label: `${letters[index]} ${lane.title}` }));
  switch (name) {
    case "tokensOverPasses":
      return {
        rows: labelled.flatMap(({ lane, state, index, label }) =>
          growth(lane, state, "passes").map((point) => ({ lane: index, label, ...point })),
        ),
        columns: [t.lane, t[name].x, t[name].y],
        summary: t.summaryTokens(
          labelled.map(({ label, lane, state }) => t.laneTokens(label, state.statistics.tokens, modelPasses(lane, state))),
        ),
      };
    case "tokensOverTime":
      return {
        rows: labelled.flatMap(({ lane, state, index, label }) =>
          growth(lane, state, "time").map((point) => ({ lane: index, label, ...point })),
        ),
        columns: [t.lane, t[name].x, t[name].y],
        summary: t.summaryTokens(
          labelled.map(({ label, state }) => t.laneTime(label, state.statistics.tokens, format.milliseconds(state.milliseconds))),
        ),
      };
    case "acceptance":
      return acceptance(labelled);
    case "phases":
      return phases(labelled);
    case "quality":
      return quality(labelled);
    default:
      return name satisfies never;
  }
}

type Labelled = readonly { readonly lane: LaneTrace; readonly state: LaneState; readonly index: number; readonly label: string }[];

function modelPasses(lane: LaneTrace, state: LaneState): number {
  return figuresOf(lane, state, false).passes;
}

/** The number of final tokens after each commit, over passes of the model or over milliseconds. */
function growth({ events }: LaneTrace, state: LaneState, over: "passes" | "time"): { readonly x: number; readonly y: number }[] {
  const points = [{ x: 0, y: 0 }];
  let [passes, tokens, seen] = [0, 0, 0];
  for (const { event, milliseconds } of events) {
    if (event.type === "forward-end" && ++seen > state.passes) break;
    if (milliseconds > state.milliseconds) break;
    if (event.type === "forward-end" && event.model !== "draft") passes++;
    if (event.type !== "tokens-commit" || tokens >= state.statistics.tokens) continue;
    tokens += event.tokens.length;
    points.push({ x: over === "passes" ? passes : milliseconds, y: tokens });
  }
  return points;
}

function acceptance(labelled: Labelled): ChartData {
  const drafting = labelled.filter(({ state }) => state.statistics.drafted > 0);
  return {
    rows: drafting.flatMap(({ state: { drafts }, index, label }) =>
      drafts.drafted.map((count, offset) => ({ lane: index, label, x: offset + 1, y: drafts.accepted[offset]! / count })),
    ),
    columns: [t.lane, t.acceptance.x, t.acceptance.y],
    summary:
      drafting.length === 0
        ? t.acceptance.none
        : t.summaryTokens(
            drafting.map(({ label, state: { statistics } }) => t.laneAcceptance(label, statistics.accepted, statistics.drafted)),
          ),
  };
}

function phases(labelled: Labelled): ChartData {
  const names = Object.entries(t.phaseNames) as readonly (readonly [keyof typeof t.phaseNames, string])[];
  return {
    rows: labelled.flatMap(({ state, index, label }) =>
      names.flatMap(([phase, title]) =>
        state.millisecondsByPhase[phase] > 0 ? [{ lane: index, label, phase: title, x: state.millisecondsByPhase[phase] }] : [],
      ),
    ),
    columns: [t.lane, t.phase, t.phases.x],
    summary: t.summaryTokens(
      labelled.map(
        ({ label, state }) =>
          `${label}: ${format.milliseconds(Object.values(state.millisecondsByPhase).reduce((sum, each) => sum + each, 0))}`,
      ),
    ),
  };
}

function quality(labelled: Labelled): ChartData {
  const scored = labelled.flatMap(({ lane, state, index, label }) => {
    const { passes, tokens, nats } = figuresOf(lane, state, state.finishReason !== undefined);
    return nats === undefined ? [] : [{ lane: index, label, x: (1000 * passes) / tokens, y: nats }];
  });
  return {
    rows: scored,
    columns: [t.lane, t.quality.x, t.quality.y],
    summary:
      scored.length === 0
        ? t.quality.none
        : t.summaryTokens(scored.map(({ label, x, y }) => t.laneQuality(label, format.fine(y), format.integer(Math.round(x))))),
  };
}
