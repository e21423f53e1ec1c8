import { afterEach, expect, test } from "vitest";
import { guardPasses, passGate, shutGate, throughGate } from "./pass-gate.ts";

afterEach(() => guardPasses(undefined));

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A task that is under way until `end` is called. */
function task(): { run: () => Promise<string>; end: () => void } {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { run: () => ended.then(() => "done"), end: () => end() };
}

test("without a gate everything passes", async () => {
  expect(await throughGate(async () => 5)).toBe(5);
});

test("a gate cannot be shut while something passes, one thing or two, and can when all have passed", async () => {
  const gate = passGate();
  guardPasses(gate);
  const [first, second] = [task(), task()];
  const passing = [throughGate(first.run), throughGate(second.run)];
  expect(shutGate(gate)).toBe(false);
  first.end();
  expect(await passing[0]).toBe("done");
  expect(shutGate(gate)).toBe(false);
  second.end();
  expect(await passing[1]).toBe("done");
  expect(shutGate(gate)).toBe(true);
});

test("a task that fails has passed", async () => {
  const gate = passGate();
  guardPasses(gate);
  await expect(throughGate(() => Promise.reject(new RangeError("no")))).rejects.toThrow("no");
  expect(shutGate(gate)).toBe(true);
});

test("nothing passes a gate that is shut, and it stays shut", async () => {
  const gate = passGate();
  expect(shutGate(gate)).toBe(true);
  expect(shutGate(gate)).toBe(true);
  guardPasses(gate);
  let ran = false;
  let settled = false;
  void throughGate(async () => (ran = true)).finally(() => (settled = true));
  await turn();
  expect([ran, settled]).toEqual([false, false]);
  expect(shutGate(gate)).toBe(true);
});

test("a task that was under way when another gate was given leaves through its own", async () => {
  const [old, gate] = [passGate(), passGate()];
  guardPasses(old);
  const { run, end } = task();
  const passing = throughGate(run);
  guardPasses(gate);
  end();
  await passing;
  expect([shutGate(old), shutGate(gate)]).toEqual([true, true]);
});
