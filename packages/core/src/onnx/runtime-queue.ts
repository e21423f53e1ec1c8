import { DeviceLostError } from "../errors.ts";
import { type RunQueue, runQueue } from "./run-queue.ts";

const queues = new WeakMap<object, RunQueue>();

/** The queue of a runtime: onnxruntime on the web runs one graph at a time, whichever model it belongs to. */
export function queueOf(ort: object): RunQueue {
  let queue = queues.get(ort);
  if (!queue) queues.set(ort, (queue = runQueue()));
  return queue;
}

/** Frees what a runtime holds, when its turn comes. After the loss of the device nothing is left to free. */
export async function releaseInTurn(queue: RunQueue, release: () => void | Promise<void>): Promise<void> {
  try {
    await queue.enqueue(async () => release());
  } catch (error) {
    if (!(error instanceof DeviceLostError)) throw error;
  }
}
