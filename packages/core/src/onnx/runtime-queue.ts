import { DeviceLostError } from "../errors.ts";
import { throughGate } from "./pass-gate.ts";
import { type RunQueue, runQueue } from "./run-queue.ts";

const queues = new WeakMap<object, RunQueue>();

/** Returns the queue of a runtime: onnxruntime on the web runs one graph at a time, across all models. */
export function queueOf(ort: object): RunQueue {
  let queue = queues.get(ort);
  if (!queue) queues.set(ort, (queue = guardedQueue()));
  return queue;
}

/** Creates a queue whose tasks run only while no other thread is about to end this one. */
function guardedQueue(): RunQueue {
  const queue = runQueue();
  return { fail: (error) => queue.fail(error), enqueue: (task, options) => queue.enqueue(() => throughGate(task), options) };
}

/** Runs `release` when its turn comes. After the loss of the device there is nothing to free. */
export async function releaseInTurn(queue: RunQueue, release: () => void | Promise<void>): Promise<void> {
  try {
    await queue.enqueue(async () => release());
  } catch (error) {
    if (!(error instanceof DeviceLostError)) throw error;
  }
}
