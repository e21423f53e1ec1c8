import PQueue from "p-queue";
import { ApiError } from "./api-error.ts";
import type { Limits } from "./limits.ts";

/** Lets so many requests decode at a time, and so many wait, in the order in which they came. */
export interface DecodeGate {
  /** Number of requests that are decoded now. */
  running(): number;
  /** Number of requests that wait. */
  waiting(): number;
  /**
   * Waits for a turn; returns the function that ends it. Rejects with the reason of `signal` if that comes first.
   * @throws ApiError 429 if too many wait.
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function decodeGate({ maxConcurrent, maxQueued, retryAfterSeconds }: Limits): DecodeGate {
  const queue = new PQueue({ concurrency: maxConcurrent });
  return {
    running: () => queue.pending,
    waiting: () => queue.size,
    async enter(signal) {
      signal.throwIfAborted();
      if (queue.pending >= maxConcurrent && queue.size >= maxQueued) throw queueFull(maxConcurrent + maxQueued, retryAfterSeconds);
      // Only the wait may be left: a decode that is aborted keeps its turn until it has ended.
      const wait = new AbortController();
      const leave = (): void => wait.abort(signal.reason);
      signal.addEventListener("abort", leave);
      return new Promise<() => void>((resolve, reject) => {
        const turn = (): Promise<void> => {
          signal.removeEventListener("abort", leave);
          return new Promise<void>((end) => resolve(end));
        };
        queue.add(turn, { signal: wait.signal }).catch(reject);
      });
    },
  };
}

function queueFull(requests: number, retryAfterSeconds: number): ApiError {
  const message = `The server is busy: it has all of the ${requests} requests that it takes at a time. Try again later.`;
  return new ApiError(message, { status: 429, type: "rate_limit_error", code: "queue_full", retryAfterSeconds });
}
