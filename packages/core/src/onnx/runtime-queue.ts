import { type RunQueue, runQueue } from "./run-queue.ts";

const queues = new WeakMap<object, RunQueue>();

/** The queue of a runtime: onnxruntime on the web runs one graph at a time, whichever model it belongs to. */
export function queueOf(ort: object): RunQueue {
  let queue = queues.get(ort);
  if (!queue) queues.set(ort, (queue = runQueue()));
  return queue;
}
