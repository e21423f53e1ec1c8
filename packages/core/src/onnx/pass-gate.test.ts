import { afterEach, expect, test } from "vitest";
import { guardPasses, passGate, shutGate, throughGate } from "./pass-gate.ts";

afterEach(() => guardPasses(undefined));

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A task that runs until `end` is called. */
function task(): { run: () => Promise<string>; end: () => void } {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { run: () => ended.then(() => "done"), end: () => end() };
}

test("without a gate every task runs", async () => {
  expect(await throughGate(async () => 5)).toBe(5);
});

test("a gate cannot be shut while one or two tasks run, and can be when all have ended", async () => {
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

test("a failed task has ended", async () => {
  const gate = passGate();
  guardPasses(gate);
  await expect(throughGate(() => Promise.reject(new RangeError("no")))).rejects.toThrow("no");
  expect(shutGate(gate)).toBe(true);
});

test("no task runs once the gate is shut, and the gate stays shut", async () => {
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

test("a task that was running when the gate was replaced leaves through its own gate", async () => {
  const [old, gate] = [passGate(), passGate()];
  guardPasses(old);
  const { run, end } = task();
  const passing = throughGate(run);
  guardPasses(gate);
  end();
  await passing;
  expect([shutGate(old), shutGate(gate)]).toEqual([true, true]);
});
