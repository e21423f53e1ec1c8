import type { DecodeEvent } from "@decodekit/core";
import { expect, test } from "vitest";
import { axisLength, eventsAt } from "../../trace/timeline.ts";
import type { TracedEvent } from "../../trace/trace.ts";
import { replayFrames } from "./replay-frames.ts";

/** A lane of `passes` passes, each with one token and taking 10 ms. */
function laneOf(passes: number): { readonly events: readonly TracedEvent[] } {
  const events: DecodeEvent[] = [{ type: "decode-start", promptLength: 1 }];
  for (let pass = 0; pass < passes; pass++)
    events.push(
      { type: "forward-end", model: "causal", phase: "decode", positions: 1, milliseconds: 10 },
      { type: "tokens-commit", start: 1 + pass, tokens: Int32Array.of(1) },
    );
  return { events: events.map((event, index) => ({ event, milliseconds: 10 * Math.ceil(index / 2) })) };
}

const total = (frames: readonly { readonly milliseconds: number }[]): number =>
  frames.reduce((sum, { milliseconds }) => sum + milliseconds, 0);

test("a replay has one picture per step of its axis, takes as long as on the page, and ends with the end", () => {
  const lanes = [laneOf(3), laneOf(5)];
  const frames = replayFrames(lanes, { axis: "passes", speed: 1, maxFrames: 100 });
  expect(frames.map(({ place }) => place)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  // Four passes per second.
  expect(total(frames)).toBe(5 * 250 + 3000);
  expect(total(replayFrames(lanes, { axis: "passes", speed: 4, maxFrames: 100 }))).toBe((5 * 250) / 4 + 3000);
  expect(total(replayFrames(lanes, { axis: "tokens", speed: 1, maxFrames: 100 }))).toBe(5 * 125 + 3000);
});

test("on the axis of time, pictures that would be the same are one", () => {
  const lane = laneOf(5);
  const slow = replayFrames([lane], { axis: "time", speed: 0.05, maxFrames: 1000 });
  const counts = slow.map(({ place }) => eventsAt(lane.events, "time", place));
  expect(counts.slice(0, -1)).toEqual([...new Set(counts.slice(0, -1))]);
  expect(total(slow)).toBeCloseTo(50 / 0.05 + 3000, 6);
  expect(total(replayFrames([lane], { axis: "time", speed: 1, maxFrames: 1000 }))).toBeCloseTo(50 + 3000, 6);
});

test("a long replay skips places, but not its end, and still takes as long", () => {
  const lanes = [laneOf(400)];
  for (const axis of ["passes", "tokens", "time"] as const) {
    const speed = axis === "time" ? 0.05 : 1;
    const all = replayFrames(lanes, { axis, speed, maxFrames: 100_000 });
    const few = replayFrames(lanes, { axis, speed, maxFrames: 60 });
    expect(few.length).toBeLessThanOrEqual(60);
    expect(few.length).toBeGreaterThan(30);
    expect(total(few)).toBeCloseTo(total(all), 6);
    expect(few.at(-1)!.place).toBe(
      axisLength(
        lanes.map(({ events }) => events),
        axis,
      ),
    );
  }
});

test("a run without events is one picture", () => {
  expect(replayFrames([{ events: [] }], { axis: "passes", speed: 1, maxFrames: 10 })).toEqual([{ place: 0, milliseconds: 3000 }]);
});
