/** Detects when the other side listens: a browser drops messages to a worker whose script has not called `serve` yet. */
export interface Handshake {
  /** Returns whether the other side is known to listen. */
  readonly isDone: () => boolean;
  /** Resolves when the other side listens; rejects with the reason of `signal`. */
  readonly done: (signal: AbortSignal) => Promise<void>;
  /** Called when the other side has greeted. */
  readonly receive: (isAnswer: boolean) => void;
}

/** Greets the other side and answers its greeting, so that both sides detect each other regardless of which listens last. */
export function handshake(greet: (isAnswer: boolean) => void): Handshake {
  let isDone = false;
  const waiting = new Set<() => void>();
  greet(false);
  return {
    isDone: () => isDone,
    receive(isAnswer) {
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
