import { describe, expect, test } from "vitest";
import { type PlainPassSchedule, plainPassSchedule } from "./plain-pass-schedule.ts";

/** Runs plain passes while they are due; returns for each whether it was measured. */
function runOut(schedule: PlainPassSchedule): boolean[] {
  const measured: boolean[] = [];
  while (schedule.isDue && measured.length < 5000) measured.push(schedule.recordPlainPass());
  return measured;
}

const lengthOf = (schedule: PlainPassSchedule): number => runOut(schedule).length;

describe("measuring plain passes", () => {
  test("takes 12 of them at first, of which the last 7 are measured", () => {
    const measured = runOut(plainPassSchedule({ measuresPlain: true }));
    expect(measured).toEqual([...Array<boolean>(5).fill(false), ...Array<boolean>(7).fill(true)]);
  });

  test("does not happen if costs are given", () => {
    const schedule = plainPassSchedule({ measuresPlain: false });
    expect(schedule.isDue).toBe(false);
    for (let round = 0; round < 5000; round++) schedule.recordDraft();
    schedule.scheduleMeasurement(10);
    expect(schedule.isDue).toBe(false);
  });

  test("is repeated after 64 rounds, then less often the more drafting saves, with intervals growing at most fourfold", () => {
    const schedule = plainPassSchedule({ measuresPlain: true });
    runOut(schedule);
    const roundsUntilMeasured = (gain: number): number => {
      for (let rounds = 1; rounds < 5000; rounds++) {
        schedule.recordDraft();
        schedule.scheduleMeasurement(gain);
        if (!schedule.isDue) continue;
        runOut(schedule);
        return rounds;
      }
      return Infinity;
    };
    // 12 passes lose 12 (1 - 1 / gain), which may be 0.75 % of the rounds: 800 rounds at a gain of 2.
    expect(roundsUntilMeasured(2)).toBe(64);
    expect(roundsUntilMeasured(2)).toBe(256);
    expect(roundsUntilMeasured(2)).toBe(800);
    expect(roundsUntilMeasured(1.25)).toBe(320);
    expect(roundsUntilMeasured(1.01)).toBe(64);
  });

  test("uses only passes of a backoff that follow other plain passes, near its end", () => {
    const schedule = plainPassSchedule({ measuresPlain: true });
    runOut(schedule);
    schedule.backOff(0, false);
    expect(runOut(schedule)).toEqual([...Array<boolean>(9).fill(false), ...Array<boolean>(7).fill(true)]);
    schedule.recordDraft();
    expect(schedule.passes).toBe(0);
    schedule.retrySoon();
    expect(runOut(schedule)).toEqual([false, false, false]);
    expect(schedule.passes).toBe(3);
  });
});

describe("backing off because drafting does not pay off", () => {
  const backingOff = (): PlainPassSchedule => {
    const schedule = plainPassSchedule({ measuresPlain: false });
    schedule.backOff(10, false);
    return schedule;
  };

  test("takes 16 passes, doubled after each failed probe, up to a limit set by the probe's loss, at most 1024", () => {
    const schedule = backingOff();
    expect(lengthOf(schedule)).toBe(16);
    // A loss of 0.1 passes, and half a pass after it, may be 0.5 % of the backoff: 120 passes.
    for (const expected of [32, 64, 120, 120]) {
      schedule.backOff(0.1, true);
      expect(lengthOf(schedule)).toBe(expected);
    }
    const costly = backingOff();
    for (const expected of [32, 64, 128, 256, 512, 1024, 1024]) {
      costly.backOff(100, true);
      expect(lengthOf(costly)).toBe(expected);
    }
    const profitable = backingOff();
    profitable.backOff(-1, true);
    expect(lengthOf(profitable)).toBe(16);
  });

  test("keeps its length unless a probe failed, and is reset once drafting has paid off", () => {
    const schedule = backingOff();
    schedule.backOff(100, true);
    expect(lengthOf(schedule)).toBe(32);
    schedule.backOff(100, false);
    expect(lengthOf(schedule)).toBe(32);
    schedule.resetBackoff();
    schedule.backOff(100, false);
    expect(lengthOf(schedule)).toBe(16);
  });

  test("is shortened by 32 passes when a decode starts without drafting", () => {
    const schedule = backingOff();
    schedule.backOff(100, true);
    schedule.backOff(100, true);
    schedule.startDecode(true);
    schedule.startDecode(false);
    expect(lengthOf(schedule)).toBe(32);
    schedule.backOff(100, false);
    schedule.startDecode(false);
    schedule.startDecode(false);
    schedule.startDecode(false);
    expect(schedule.isDue).toBe(false);
  });

  test("a decode starts with a count of 0 plain passes", () => {
    const schedule = backingOff();
    runOut(schedule);
    expect(schedule.passes).toBe(16);
    schedule.startDecode(true);
    expect(schedule.passes).toBe(0);
  });
});
