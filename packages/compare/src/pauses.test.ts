import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pauses } from "./pauses.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** Whether `pause` waits for a timer, which is let run. */
async function waits(pause: () => Promise<void>): Promise<boolean> {
  let over = false;
  const paused = pause().then(() => (over = true));
  for (let turn = 0; turn < 4; turn++) await Promise.resolve();
  const waited = !over;
  await vi.advanceTimersByTimeAsync(0);
  await paused;
  return waited;
}

test("a pause lets timers have their turn, once in 50 ms", async () => {
  const pause = pauses();
  expect(await waits(pause)).toBe(false);
  vi.advanceTimersByTime(49);
  expect(await waits(pause)).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await waits(pause)).toBe(true);
  expect(await waits(pause)).toBe(false);
  vi.advanceTimersByTime(200);
  expect(await waits(pause)).toBe(true);
  vi.advanceTimersByTime(49);
  expect(await waits(pause)).toBe(false);
});
