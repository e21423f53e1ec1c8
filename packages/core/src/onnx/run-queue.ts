import { turnIfDue } from "../decode/event-loop.ts";

/** Runs tasks one after another. A failed task does not affect the next one. Between tasks, the queue yields to the event loop when due. */
export interface RunQueue {
  /**
   * Runs `task` when its turn comes. Once `signal` is aborted, the call rejects with its reason. A task that still waits is then dropped;
   * a running task continues, its result is passed to `discard`, and the next task waits for it.
   */
  enqueue<Result>(
    task: () => Promise<Result>,
    options?: { signal?: AbortSignal | undefined; discard?: (result: Result) => void },
  ): Promise<Result>;
  /** Rejects the running, waiting and all later tasks with `error`. */
  fail(error: Error): void;
}

export function runQueue(): RunQueue {
  return new SerialQueue();
}

class SerialQueue implements RunQueue {
  #tail: Promise<unknown> = Promise.resolve();
  /** Number of running and waiting tasks. */
  #pending = 0;
  #failure: Error | undefined;
  #rejectRunning: ((error: Error) => void) | undefined;

  fail(error: Error): void {
    this.#failure ??= error;
    this.#rejectRunning?.(this.#failure);
  }

  enqueue<Result>(
    task: () => Promise<Result>,
    { signal, discard }: { signal?: AbortSignal | undefined; discard?: (result: Result) => void } = {},
  ): Promise<Result> {
    const isFree = this.#pending++ === 0;
    const result = isFree ? this.#run(task, signal) : this.#tail.then(() => this.#run(task, signal));
    this.#tail = result.catch(() => undefined);
    return signal ? unlessAborted(result, signal, discard) : result;
  }

  async #run<Result>(task: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    try {
      const turn = turnIfDue();
      if (turn) await turn;
      signal?.throwIfAborted();
      if (this.#failure) throw this.#failure;
      return await this.#unlessFailed(task);
    } finally {
      this.#pending--;
    }
  }

  #unlessFailed<Result>(task: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#rejectRunning = reject;
      task().then(resolve, reject);
    });
  }
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
