import { format, letters, texts } from "../texts/en.ts";
import type { LaneState } from "../trace/fold.ts";
import type { LaneTrace, Trace } from "../trace/trace.ts";
import type { ChartName } from "../view/charts.tsx";
import { figuresOf } from "./facts.ts";

/** One mark of a chart. */
export interface ChartRow {
  readonly lane: number;
  readonly label: string;
  readonly phase?: string | undefined;
  readonly x: number;
  /** Absent where the chart is of lengths alone. */
  readonly y?: number | undefined;
}

export interface ChartData {
  readonly rows: readonly ChartRow[];
  readonly columns: readonly string[];
  /** The chart in one sentence. */
  readonly summary: string;
}

const say = texts.charts;

/** What a chart shows of lanes as of the place on the axis. */
export function chartData(name: ChartName, { lanes }: Trace, states: readonly LaneState[]): ChartData {
  const labelled = lanes.map((lane, index) => ({ lane, state: states[index]!, index, label: `${letters[index]} ${lane.title}` }));
  switch (name) {
    case "tokensOverPasses":
      return {
        rows: labelled.flatMap(({ lane, state, index, label }) =>
          growth(lane, state, "passes").map((point) => ({ lane: index, label, ...point })),
        ),
        columns: [say.lane, say[name].x, say[name].y],
        summary: say.summaryTokens(
          labelled.map(({ label, lane, state }) => say.laneTokens(label, state.statistics.tokens, modelPasses(lane, state))),
        ),
      };
    case "tokensOverTime":
      return {
        rows: labelled.flatMap(({ lane, state, index, label }) =>
          growth(lane, state, "time").map((point) => ({ lane: index, label, ...point })),
        ),
        columns: [say.lane, say[name].x, say[name].y],
        summary: say.summaryTokens(
          labelled.map(({ label, state }) => say.laneTime(label, state.statistics.tokens, format.milliseconds(state.milliseconds))),
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

/** How the number of final tokens grew over passes of the model, or over time. */
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
      drafts.drafted.map((count, place) => ({ lane: index, label, x: place + 1, y: drafts.accepted[place]! / count })),
    ),
    columns: [say.lane, say.acceptance.x, say.acceptance.y],
    summary:
      drafting.length === 0
        ? say.acceptance.none
        : say.summaryTokens(
            drafting.map(({ label, state: { statistics } }) => say.laneAcceptance(label, statistics.accepted, statistics.drafted)),
          ),
  };
}

function phases(labelled: Labelled): ChartData {
  const names = Object.entries(say.phaseNames) as readonly (readonly [keyof typeof say.phaseNames, string])[];
  return {
    rows: labelled.flatMap(({ state, index, label }) =>
      names.flatMap(([phase, title]) =>
        state.millisecondsByPhase[phase] > 0 ? [{ lane: index, label, phase: title, x: state.millisecondsByPhase[phase] }] : [],
      ),
    ),
    columns: [say.lane, say.phase, say.phases.x],
    summary: say.summaryTokens(
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
    columns: [say.lane, say.quality.x, say.quality.y],
    summary:
      scored.length === 0
        ? say.quality.none
        : say.summaryTokens(scored.map(({ label, x, y }) => say.laneQuality(label, format.fine(y), format.integer(Math.round(x))))),
  };
}
