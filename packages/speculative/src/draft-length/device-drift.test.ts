import { expect, test } from "vitest";
import { deviceDrift } from "./device-drift.ts";

function driftAfter(...passes: readonly (readonly [kind: number | "plain", milliseconds: number, count: number])[]) {
  const drift = deviceDrift();
  for (const [kind, milliseconds, count] of passes) for (let pass = 0; pass < count; pass++) drift.observe(kind, milliseconds);
  return drift;
}

test("follows a device that becomes slower, with any mix of passes", () => {
  const drift = driftAfter(["plain", 1, 100], [4, 2, 100], [4, 3, 40]);
  expect(drift.normalize(3)).toBeLessThan(2.4);
  expect(drift.normalize(1.5)).toBeLessThan(1.2);
});

test("is not affected by slower passes of another kind", () => {
  expect(driftAfter(["plain", 1, 100], [16, 5, 100], ["plain", 1, 1]).normalize(1)).toBeCloseTo(1, 2);
});

test("is hardly affected by one interrupted pass", () => {
  expect(driftAfter(["plain", 1, 100], ["plain", 50, 1]).normalize(1)).toBeGreaterThan(0.98);
});
