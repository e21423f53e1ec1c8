import * as Plot from "@observablehq/plot";
import { letters } from "../texts/texts.ts";

/** A value of a lane and its interval, whose bounds equal the value if there is none. */
export interface LaneInterval {
  readonly lane: number;
  readonly low: number;
  readonly high: number;
  readonly value: number;
}

interface IntervalChart {
  readonly label: string;
  /** "ratio" is drawn on a logarithmic scale around 1; "share" in percent. */
  readonly kind: "ratio" | "number" | "share";
  readonly width: number;
  readonly height: number;
}

/** Draws one line per lane. */
export function drawIntervals(rows: readonly LaneInterval[], { label, kind, width, height }: IntervalChart): Element {
  const colour = (row: LaneInterval): string => `var(--lane-${row.lane})`;
  const figure = Plot.plot({
    width: Math.max(240, width),
    height,
    marginLeft: 30,
    marginRight: 24,
    marginBottom: 38,
    className: "plot",
    x: { ...scaleOf(rows, kind), label, grid: true, ticks: 5 },
    y: { type: "band", label: null, tickSize: 0, tickFormat: (lane: number) => letters[lane]! },
    marks: [
      ...(kind === "ratio" ? [Plot.ruleX([1], { stroke: "var(--ink)", strokeWidth: 1.5 })] : []),
      Plot.ruleY(rows, { x1: "low", x2: "high", y: "lane", stroke: colour, strokeWidth: 3 }),
      Plot.dot(rows, { x: "value", y: "lane", r: 5, fill: colour }),
    ],
  });
  for (const style of figure.querySelectorAll("style")) style.remove();
  return figure;
}

function scaleOf(rows: readonly LaneInterval[], kind: IntervalChart["kind"]): Plot.ScaleOptions {
  const low = Math.min(...rows.map((row) => row.low));
  const high = Math.max(...rows.map((row) => row.high));
  if (kind === "ratio") return { type: "log", domain: [0.95 * Math.min(0.8, low), 1.05 * Math.max(1.25, high)], tickFormat: "~g" };
  const room = high > low ? 0.08 * (high - low) : 0.05 * Math.max(high, Number.EPSILON);
  return { domain: [Math.max(0, low - room), high + room], nice: true, ...(kind === "share" && { tickFormat: "~%" }) };
}
