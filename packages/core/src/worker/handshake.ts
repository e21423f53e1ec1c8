/** Learns when the other side listens: a browser drops what is sent to a worker whose script has not called `serve` yet. */
export interface Handshake {
  /** Whether the other side is known to listen. */
  readonly isDone: () => boolean;
  /** Resolves when the other side listens; rejects with the reason of `signal`. */
  readonly done: (signal: AbortSignal) => Promise<void>;
  /** The other side has greeted. */
  readonly hear: (isAnswer: boolean) => void;
}

/** Greets the other side, and answers its greeting: whichever of the two listens last, both learn of it. */
export function handshake(greet: (isAnswer: boolean) => void): Handshake {
  let isDone = false;
  const waiting = new Set<() => void>();
  greet(false);
  return {
    isDone: () => isDone,
    hear(isAnswer) {
      isDone = true;
      for (const wake of waiting) wake();
      waiting.clear();
      if (!isAnswer) greet(true);
    },
    done: (signal) =>
      new Promise((resolve, reject) => {
        const abort = (): void => {
          waiting.delete(resolve);
          reject(signal.reason as Error);
        };
        waiting.add(resolve);
        signal.addEventListener("abort", abort, { once: true });
        if (signal.aborted) abort();
      }),
  };
}
