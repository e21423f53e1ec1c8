import { turnIfDue } from "../event-loop.ts";

/** Runs tasks one after another. A task that fails fails alone: the next one runs all the same. Between two tasks the event loop gets a turn when one is due. */
export interface RunQueue {
  /**
   * Runs `task` when its turn comes. Once `signal` is aborted the call rejects with its reason: a task that still waits
   * is dropped; one that is running goes on, its result is given to `discard`, and the next task waits for it.
   */
  enqueue<Result>(
    task: () => Promise<Result>,
    options?: { signal?: AbortSignal | undefined; discard?: (result: Result) => void },
  ): Promise<Result>;
  /** Rejects the task that is running, those that wait and all that come later with `error`. */
  fail(error: Error): void;
}

export function runQueue(): RunQueue {
  let tail: Promise<unknown> = Promise.resolve();
  let failure: Error | undefined;
  let rejectRunning: ((error: Error) => void) | undefined;
  const unlessFailed = <Result>(task: () => Promise<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
      rejectRunning = reject;
      task().then(resolve, reject);
    });
  return {
    fail(error) {
      failure ??= error;
      rejectRunning?.(failure);
    },
    enqueue(task, { signal, discard } = {}) {
      const turn = tail.then(turnIfDue).then(() => {
        signal?.throwIfAborted();
        if (failure) throw failure;
        return unlessFailed(task);
      });
      tail = turn.catch(() => undefined);
      return signal ? unlessAborted(turn, signal, discard) : turn;
    },
  };
}

function unlessAborted<Result>(turn: Promise<Result>, signal: AbortSignal, discard?: (result: Result) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    turn
      .then((result) => {
        if (signal.aborted) discard?.(result);
        resolve(result);
      }, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}
