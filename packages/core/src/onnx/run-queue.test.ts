import { expect, test } from "vitest";
import { runQueue } from "./run-queue.ts";

interface PendingTask {
  task(): Promise<string>;
  started(): boolean;
  finish(result: string): void;
}

/** A task that ends on request. */
function pendingTask(): PendingTask {
  let finish: (result: string) => void;
  const promise = new Promise<string>((resolve) => (finish = resolve));
  let started = false;
  return {
    task: () => {
      started = true;
      return promise;
    },
    started: () => started,
    finish: (result) => finish(result),
  };
}

/** Waits for the queue, which may yield to the event loop before a task. */
const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
};

test("tasks run one after another, in order", async () => {
  const queue = runQueue();
  const first = pendingTask();
  const second = pendingTask();
  const results = [queue.enqueue(() => first.task()), queue.enqueue(() => second.task())];
  await settled();
  expect([first.started(), second.started()]).toEqual([true, false]);
  first.finish("first");
  await settled();
  expect(second.started()).toBe(true);
  second.finish("second");
  expect(await Promise.all(results)).toEqual(["first", "second"]);
});

test("a failed task does not affect the next one", async () => {
  const queue = runQueue();
  const failed = queue.enqueue(() => Promise.reject(new Error("broken")));
  const next = queue.enqueue(async () => "fine");
  await expect(failed).rejects.toThrow("broken");
  expect(await next).toBe("fine");
});

test("a task that throws synchronously does not affect the next one", async () => {
  const queue = runQueue();
  const failed = queue.enqueue(() => {
    throw new Error("broken");
  });
  await expect(failed).rejects.toThrow("broken");
  expect(await queue.enqueue(async () => "fine")).toBe("fine");
});

test("an aborted waiting task never runs", async () => {
  const queue = runQueue();
  const first = pendingTask();
  const second = pendingTask();
  const controller = new AbortController();
  void queue.enqueue(() => first.task());
  const waiting = queue.enqueue(() => second.task(), { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  first.finish("first");
  await settled();
  expect(second.started()).toBe(false);
});

test("an aborted running task rejects at once, its result is discarded, and the next task waits for it", async () => {
  const queue = runQueue();
  const running = pendingTask();
  const controller = new AbortController();
  const discarded: string[] = [];
  const aborted = queue.enqueue(() => running.task(), { signal: controller.signal, discard: (result) => discarded.push(result) });
  const next = pendingTask();
  const result = queue.enqueue(() => next.task());
  await settled();
  controller.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  expect(next.started()).toBe(false);
  running.finish("late");
  await settled();
  expect(discarded).toEqual(["late"]);
  expect(next.started()).toBe(true);
  next.finish("next");
  expect(await result).toBe("next");
});

test("an already aborted signal is observed", async () => {
  const queue = runQueue();
  const pending = pendingTask();
  await expect(queue.enqueue(() => pending.task(), { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  expect(pending.started()).toBe(false);
});

test("a failed queue rejects running, waiting and later tasks", async () => {
  const queue = runQueue();
  const running = pendingTask();
  const waiting = pendingTask();
  const results = [queue.enqueue(() => running.task()), queue.enqueue(() => waiting.task())];
  await settled();
  queue.fail(new Error("lost"));
  queue.fail(new Error("lost again"));
  for (const result of [...results, queue.enqueue(() => waiting.task())]) await expect(result).rejects.toThrow(/^lost$/);
  expect(waiting.started()).toBe(false);
});
