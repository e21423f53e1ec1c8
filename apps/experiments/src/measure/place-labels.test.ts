import { expect, test } from "vitest";
import { type LabelledPoint, placeLabels } from "./place-labels.ts";

test("a single label is placed on the right", () => {
  expect(placeLabels([{ x: 50, y: 50, text: "1" }])).toEqual([{ dx: 10, dy: 0 }]);
});

test("labels cover neither points nor each other, if there is room", () => {
  const points: LabelledPoint[] = [0, 4, 9, 12, 100].map((x, index) => ({ x, y: index % 2, text: `${index + 10}` }));
  const labels = placeLabels(points).map(({ dx, dy }, index) => ({ x: points[index]!.x + dx, y: points[index]!.y + dy }));
  for (const [index, label] of labels.entries()) {
    for (const point of points) expect(Math.abs(label.x - point.x) >= 11 || Math.abs(label.y - point.y) >= 10).toBe(true);
    for (const other of labels.slice(0, index)) expect(Math.abs(label.x - other.x) >= 12 || Math.abs(label.y - other.y) >= 10).toBe(true);
  }
});
