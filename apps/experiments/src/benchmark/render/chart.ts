import type { TopLevelSpec } from "vega-lite";
import type { Estimate } from "@decodekit/compare/sweep";
import { groupBy } from "./table.ts";

/** A figure of a chart: which panel it is in, its line of the panel, and its colour. */
export interface ChartPoint {
  readonly panel: string;
  readonly label: string;
  readonly series: string;
  readonly estimate: Estimate;
}

const WIDTH = 480;
const CONFIG = { view: { stroke: null }, background: "white", axis: { grid: true } } as const;
const COLOR = {
  field: "series",
  type: "nominal",
  title: null,
  scale: { scheme: "dark2" },
  legend: { orient: "bottom", columns: 4 },
} as const;

export interface IntervalChartOptions {
  /** Title of the axis of the figures. */
  readonly axis: string;
  /** Draws a line at this value, such as 1 for ratios. */
  readonly reference?: number;
  /** @defaultValue "linear" */
  readonly scale?: "linear" | "log";
}

/** Points with their intervals, one panel below the other. */
export function intervalChart(
  title: string,
  points: readonly ChartPoint[],
  { axis, reference, scale: type = "linear" }: IntervalChartOptions,
): TopLevelSpec {
  const y = { field: "label", type: "nominal", title: null, sort: null, axis: { labelLimit: 300 } } as const;
  // Where each series is a line of its own, its points stand at the line's label, which says what the legend would.
  const hasGroups = points.some(({ label, series }) => label !== series);
  const position = hasGroups ? { y, yOffset: { field: "series" } as const } : { y };
  const color = hasGroups ? COLOR : { ...COLOR, legend: null };
  const x = {
    field: "value",
    type: "quantitative",
    title: axis,
    scale: { type, ...(type === "linear" && { zero: reference === undefined }) },
  } as const;
  const valueOf = ({ label, series, estimate: { value, interval } }: ChartPoint) => ({
    label,
    series,
    value,
    low: interval[0],
    high: interval[1],
  });
  return panels(title, points, (values) => ({
    data: { values: values.map(valueOf) },
    height: { step: hasGroups ? 8 : 16 },
    layer: [
      { mark: { type: "rule" }, encoding: { ...position, x: { ...x, field: "low" }, x2: { field: "high" }, color } },
      { mark: { type: "point", filled: true, size: 36 }, encoding: { ...position, x, color } },
      ...(reference === undefined ? [] : [{ mark: { type: "rule" as const, color: "#888" }, encoding: { x: { datum: reference } } }]),
    ],
  }));
}

/** A point of a line. */
export interface LinePoint {
  readonly panel: string;
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

/** Lines over a number, such as a length, on a logarithmic axis; one panel below the other. */
export function lineChart(title: string, axes: { readonly x: string; readonly y: string }, points: readonly LinePoint[]): TopLevelSpec {
  return panels(title, points, (values) => ({
    data: { values: [...values] },
    height: 160,
    mark: { type: "line", point: true },
    encoding: {
      x: { field: "x", type: "quantitative", title: axes.x, scale: { type: "log", base: 2 } },
      y: { field: "y", type: "quantitative", title: axes.y },
      color: COLOR,
    },
  }));
}

type Panel = Extract<TopLevelSpec, { readonly vconcat: unknown }>["vconcat"][number];

function panels<Point extends { readonly panel: string }>(
  title: string,
  points: readonly Point[],
  draw: (values: readonly Point[]) => Panel,
): TopLevelSpec {
  return {
    title: { text: title, anchor: "start" },
    config: CONFIG,
    vconcat: groupBy(points, ({ panel }) => panel).map(([panel, values]) => ({
      title: { text: panel, anchor: "start" as const },
      width: WIDTH,
      ...draw(values),
    })),
  };
}
