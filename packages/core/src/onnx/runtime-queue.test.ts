import { expect, test } from "vitest";
import { DeviceLostError } from "../errors.ts";
import { queueOf, releaseInTurn } from "./runtime-queue.ts";

test("each runtime has one queue", () => {
  const [first, second] = [{}, {}];
  expect(queueOf(first)).toBe(queueOf(first));
  expect(queueOf(second)).not.toBe(queueOf(first));
});

test("a release waits for its turn", async () => {
  const queue = queueOf({});
  const order: string[] = [];
  const task = queue.enqueue(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push("task");
  });
  await releaseInTurn(queue, () => void order.push("freed"));
  await task;
  expect(order).toEqual(["task", "freed"]);
});

test("after the loss of the device a release does nothing, and other failures are thrown", async () => {
  const queue = queueOf({});
  await expect(releaseInTurn(queue, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  queue.fail(new DeviceLostError("gone"));
  let freed = false;
  await releaseInTurn(queue, () => void (freed = true));
  expect(freed).toBe(false);
});
