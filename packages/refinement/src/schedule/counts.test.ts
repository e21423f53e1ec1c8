import { seededRandom } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { adaptive, ancestral, cosine, allAtOnce, firstHitting, fixed, linear, type Schedule } from "../index.ts";
import { commitRate } from "./counts.ts";

/** Positions committed per step of a canvas of `initial` positions with `schedule`; the last step commits the rest. */
function countsOf(schedule: Schedule, initial: number, steps: number): number[] {
  let open = initial;
  return Array.from({ length: steps }, (_, step) => {
    const random = seededRandom(step);
    const count = step === steps - 1 ? open : Math.max(0, Math.min(open, schedule.count({ step, steps, open, initial, random })));
    open -= count;
    return count;
  });
}

describe("a schedule", () => {
  test.each([
    { schedule: fixed(), initial: 10, steps: 4, expected: [3, 3, 2, 2] },
    // Dream: floor(open (1 - s / t)) with t, s on linspace(1, 0.001, steps + 1).
    { schedule: linear(), initial: 8, steps: 4, expected: [1, 2, 2, 3] },
    { schedule: linear({ epsilon: 0 }), initial: 8, steps: 4, expected: [2, 2, 2, 2] },
    { schedule: linear(), initial: 3, steps: 6, expected: [0, 0, 0, 0, 1, 2] },
    // MaskGIT: floor(16 cos(π/2 · {1/4, 1/2, 3/4})) = 14, 11, 6 stay open.
    { schedule: cosine(), initial: 16, steps: 4, expected: [2, 3, 5, 6] },
    { schedule: cosine(), initial: 2, steps: 4, expected: [1, 0, 0, 1] },
    { schedule: firstHitting(), initial: 3, steps: 3, expected: [1, 1, 1] },
    { schedule: adaptive(), initial: 3, steps: 2, expected: [1, 2] },
    { schedule: allAtOnce(), initial: 3, steps: 2, expected: [3, 0] },
  ])("$schedule.name commits $initial positions in $steps steps as $expected", ({ schedule, initial, steps, expected }) => {
    expect(countsOf(schedule, initial, steps)).toEqual(expected);
  });

  test("commits at times from 1 to epsilon", () => {
    expect([0, 1, 2, 3].map((step) => commitRate(step, 4, 0))).toEqual([0.25, 1 - 0.5 / 0.75, 0.5, 1]);
    expect(commitRate(3, 4, 0.2)).toBeCloseTo(1 - 0.2 / 0.4, 14);
  });

  test("of ancestral sampling commits each position with that probability", () => {
    const draws = 4000;
    let sum = 0;
    for (let seed = 0; seed < draws; seed++)
      sum += ancestral({ epsilon: 0 }).count({ step: 1, steps: 4, open: 6, initial: 6, random: seededRandom(seed) });
    // Mean 6 / 3, standard error sqrt(6 · 1/3 · 2/3 / 4000).
    expect(Math.abs(sum / draws - 2)).toBeLessThan(4 * Math.sqrt(4 / 3 / draws));
  });
});
