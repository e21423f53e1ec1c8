import * as Plot from "@observablehq/plot";
import type { ChartData, ChartName, ChartRow } from "../lab/chart-data.ts";
import { letters, texts } from "../texts/texts.ts";

export type DrawChart = (name: ChartName, data: ChartData, width: number) => Element;

/** Lanes also differ without colour: by dash, symbol and the letter at the end of each line. */
const dashes = ["none", "7 3", "2 3", "9 3 2 3", "4 2", "1 3"] as const;
const symbols: readonly Plot.SymbolType[] = ["circle", "square", "triangle", "diamond", "cross", "triangle"];
const rotations = [0, 0, 0, 0, 0, 180] as const;
const phaseTones = [10, 28, 18, 44, 36];

const laneColour = (lane: number): string => `var(--lane-${lane})`;

/** Draws a chart with Observable Plot, in the page's own colours and type. */
export const drawChart: DrawChart = (name, { rows }, width) => {
  const figure = Plot.plot({
    width: Math.max(240, width),
    height: name === "phases" ? 52 + 30 * new Set(rows.map(({ lane }) => lane)).size : 210,
    marginLeft: name === "phases" ? 30 : 42,
    marginRight: 22,
    marginBottom: 38,
    className: "plot",
    ...options[name],
    ...(name === "quality" && {
      x: {
        ...options.quality.x,
        domain: widened(
          rows.map(({ x }) => x),
          100,
        ),
      },
      y: {
        ...options.quality.y,
        domain: widened(
          rows.map(({ y = 0 }) => y),
          0.2,
        ),
      },
    }),
    marks: marks[name](rows, width),
  });
  // The page's policy forbids the library's style element; the page's style sheet has its rules.
  for (const style of figure.querySelectorAll("style")) style.remove();
  return figure;
};

/** Returns the range of `values`, widened to at least `width` so that tiny differences do not look large. */
function widened(values: readonly number[], width: number): [number, number] {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const extra = Math.max(0, width - (max - min)) / 2;
  return [Math.max(0, min - extra), max + extra];
}

const axisLabels = (name: Exclude<ChartName, "phases">): Plot.PlotOptions => ({
  x: { label: texts.charts[name].x, grid: false },
  y: { label: texts.charts[name].y, grid: true },
});

const options: Readonly<Record<ChartName, Plot.PlotOptions>> = {
  tokensOverPasses: axisLabels("tokensOverPasses"),
  tokensOverTime: axisLabels("tokensOverTime"),
  acceptance: {
    ...axisLabels("acceptance"),
    x: { label: texts.charts.acceptance.x, interval: 1, tickFormat: "d" },
    y: { label: texts.charts.acceptance.y, domain: [0, 1], tickFormat: "%", grid: true },
  },
  phases: {
    x: { label: texts.charts.phases.x, grid: true },
    y: { label: null, tickSize: 0, tickFormat: (lane: number) => letters[lane]! },
  },
  quality: {
    x: { label: texts.charts.quality.x, nice: true, inset: 12, ticks: 3, tickFormat: ",d" },
    y: { label: texts.charts.quality.y, grid: true, inset: 12, ticks: 4, tickFormat: ".2f" },
  },
};

const marks: Readonly<Record<ChartName, (rows: readonly ChartRow[], width: number) => Plot.Markish[]>> = {
  tokensOverPasses: (rows) => lines(rows, "step-after"),
  tokensOverTime: (rows) => lines(rows, "step-after"),
  acceptance: (rows) => [...lines(rows, "linear"), ...dots(rows)],
  phases: (rows, width) => [
    Plot.barX(rows, {
      y: "lane",
      x: "x",
      fill: (row: ChartRow) => laneColour(row.lane),
      fillOpacity: (row: ChartRow) => toneOf(row) / 100,
      stroke: (row: ChartRow) => laneColour(row.lane),
      insetTop: 3,
      insetBottom: 3,
      title: (row: ChartRow) => `${row.label}, ${row.phase}: ${row.x.toFixed(1)} ms`,
    }),
    Plot.text(
      rows,
      Plot.stackX({
        y: "lane",
        x: "x",
        text: (row: ChartRow) => (fits(row, rows, width) ? row.phase! : ""),
        fill: "var(--ink)",
        fontWeight: 500,
      } as Plot.TextOptions),
    ),
  ],
  quality: (rows) => [
    ...dots(rows),
    Plot.text(rows, {
      x: "x",
      y: "y",
      text: (row: ChartRow) => letters[row.lane]!,
      dx: 11,
      fontWeight: 600,
      fill: (row: ChartRow) => laneColour(row.lane),
    }),
  ],
};

const PIXELS_PER_CHARACTER = 7;

/** Whether the name of a phase fits in its bar. */
function fits({ x, phase = "" }: ChartRow, rows: readonly ChartRow[], width: number): boolean {
  const longest = Math.max(...byLane(rows).map(([, bars]) => bars.reduce((sum, bar) => sum + bar.x, 0)));
  return (x / longest) * (width - 52) > phase.length * PIXELS_PER_CHARACTER;
}

function lines(rows: readonly ChartRow[], curve: Plot.Curve): Plot.Markish[] {
  return byLane(rows).flatMap(([lane, points]) => [
    Plot.line(points, {
      x: "x",
      y: "y",
      curve,
      stroke: laneColour(lane),
      strokeWidth: 2,
      ...(dashes[lane] !== "none" && { strokeDasharray: dashes[lane]! }),
    }),
    Plot.text(points.slice(-1), { x: "x", y: "y", text: () => letters[lane]!, dx: 9, fontWeight: 600, fill: laneColour(lane) }),
  ]);
}

function dots(rows: readonly ChartRow[]): Plot.Markish[] {
  return byLane(rows).map(([lane, points]) =>
    Plot.dot(points, { x: "x", y: "y", r: 4.5, symbol: symbols[lane]!, rotate: rotations[lane]!, fill: laneColour(lane) }),
  );
}

function byLane(rows: readonly ChartRow[]): (readonly [lane: number, rows: readonly ChartRow[]])[] {
  const lanes = [...new Set(rows.map(({ lane }) => lane))];
  return lanes.map((lane) => [lane, rows.filter((row) => row.lane === lane)]);
}

function toneOf({ phase }: ChartRow): number {
  return phaseTones[Object.values(texts.charts.phaseNames).indexOf(phase ?? "")] ?? 100;
}
