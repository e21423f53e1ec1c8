import type { FinishReason } from "@decodekit/core";
import { describe, expect, test } from "vitest";
import { finishOrder } from "./finish-order.ts";
import { raceSpeed } from "./race-speed.ts";

describe("the speed of a race", () => {
  test.each([
    [80, 1 / 50],
    [250, 1 / 20],
    [2999, 1 / 2],
    [3000, 1],
    [6000, 1],
    [6001, 2],
    [42_000, 10],
    [0, 1],
  ])("of %i ms is %d", (milliseconds, speed) => {
    expect(raceSpeed(milliseconds)).toBe(speed);
  });

  test("makes every run of 3 ms to 100 minutes take between 3 and 6 seconds", () => {
    for (let milliseconds = 3; milliseconds < 6e6; milliseconds *= 1.07) {
      const seconds = milliseconds / raceSpeed(milliseconds) / 1000;
      expect(seconds).toBeGreaterThanOrEqual(3);
      expect(seconds).toBeLessThanOrEqual(6);
    }
  });
});

describe("the order of finishes", () => {
  const ended = (...times: readonly (number | undefined)[]) =>
    finishOrder(
      times.map((milliseconds) => ({
        finishReason: milliseconds === undefined ? undefined : ("length" as const),
        milliseconds: milliseconds ?? 1,
      })),
    );
  const places = (...times: readonly (number | undefined)[]) =>
    ended(...times).map((finish) => finish && `${finish.place}${finish.isShared ? "=" : ""}`);

  test("is by time, of the lanes that have finished", () => {
    expect(places(300, 100, 200)).toEqual(["3", "1", "2"]);
    expect(places(300, undefined, 200)).toEqual(["2", undefined, "1"]);
    expect(ended(300)).toEqual([{ place: 1, isShared: false, milliseconds: 300 }]);
  });

  test("shares a place among lanes within a tenth of the first of them", () => {
    expect(places(100, 109, 118, 300)).toEqual(["1=", "1=", "3", "4"]);
    expect(places(100, 110, 200, 201)).toEqual(["1=", "1=", "3=", "3="]);
  });

  test("leaves out stopped lanes", () => {
    const lanes = (["stop", "abort", "length"] as const).map((finishReason: FinishReason) => ({ finishReason, milliseconds: 5 }));
    expect(finishOrder(lanes).map((finish) => finish?.place)).toEqual([1, undefined, 1]);
  });
});
