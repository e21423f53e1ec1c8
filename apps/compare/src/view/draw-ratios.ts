import * as Plot from "@observablehq/plot";
import type { LaneSummary } from "../measure/measurement.ts";
import { letters, texts } from "../texts/en.ts";

interface Row {
  readonly lane: number;
  readonly low: number;
  readonly high: number;
  readonly median: number;
}

/** Draws the ratios to the first lane with their intervals, on a logarithmic scale. */
export function drawRatios(lanes: readonly LaneSummary[], width: number): Element {
  const rows = lanes.flatMap(({ ratio, isTooShort }, lane): Row[] =>
    ratio && !isTooShort ? [{ lane, low: ratio.interval[0], high: ratio.interval[1], median: ratio.median }] : [],
  );
  const colour = (row: Row): string => `var(--lane-${row.lane})`;
  const min = 0.95 * Math.min(0.8, ...rows.map(({ low }) => low));
  const max = 1.05 * Math.max(1.25, ...rows.map(({ high }) => high));
  const figure = Plot.plot({
    width: Math.max(240, width),
    height: 60 + 28 * rows.length,
    marginLeft: 30,
    marginRight: 24,
    marginBottom: 38,
    className: "plot",
    x: { type: "log", domain: [min, max], label: texts.measure.against(letters[0]), grid: true, ticks: 5, tickFormat: "~g" },
    y: { type: "band", label: null, tickSize: 0, tickFormat: (lane: number) => letters[lane]! },
    marks: [
      Plot.ruleX([1], { stroke: "var(--ink)", strokeWidth: 1.5 }),
      Plot.ruleY(rows, { x1: "low", x2: "high", y: "lane", stroke: colour, strokeWidth: 3 }),
      Plot.dot(rows, { x: "median", y: "lane", r: 5, fill: colour }),
    ],
  });
  for (const style of figure.querySelectorAll("style")) style.remove();
  return figure;
}
