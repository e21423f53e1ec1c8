import { expect, test } from "vitest";
import { type ChartPoint, intervalChart } from "./chart.ts";

const estimate = { value: 1, interval: [0.9, 1.1] as const, count: 3 };
const specOf = (...points: readonly (readonly [label: string, series: string])[]): string =>
  JSON.stringify(
    intervalChart(
      "A title",
      points.map(([label, series]): ChartPoint => ({ panel: "one", label, series, estimate })),
      { axis: "ratio" },
    ),
  );

test("points stand at their label if each series is a line of its own, and beside each other if several share a line", () => {
  expect(specOf(["a", "a"], ["b", "b"])).not.toContain("yOffset");
  expect(specOf(["copy", "a"], ["copy", "b"])).toContain('"yOffset":{"field":"series"}');
});
