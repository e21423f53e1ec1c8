import { expect, test } from "vitest";
import { devicePace } from "./pace.ts";

function paceAfter(...passes: readonly (readonly [kind: number | "plain", milliseconds: number, count: number])[]) {
  const pace = devicePace();
  for (const [kind, milliseconds, count] of passes) for (let pass = 0; pass < count; pass++) pace.observe(kind, milliseconds);
  return pace;
}

test("follows a device that becomes slower, whatever passes it runs", () => {
  const pace = paceAfter(["plain", 1, 100], [4, 2, 100], [4, 3, 40]);
  expect(pace.atUsualPace(3)).toBeLessThan(2.4);
  expect(pace.atUsualPace(1.5)).toBeLessThan(1.2);
});

test("is not moved by passes that take longer because they are of another kind", () => {
  expect(paceAfter(["plain", 1, 100], [16, 5, 100], ["plain", 1, 1]).atUsualPace(1)).toBeCloseTo(1, 2);
});

test("is hardly moved by one pass that was held up", () => {
  expect(paceAfter(["plain", 1, 100], ["plain", 50, 1]).atUsualPace(1)).toBeGreaterThan(0.98);
});
