/** Measures the time of a round without the time in which its events are read. */
export interface Stopwatch {
  /** Forgets what was, and runs. */
  restart(): void;
  pause(): void;
  resume(): void;
  /** Milliseconds that it has run. */
  elapsed(): number;
}

export function stopwatch(): Stopwatch {
  let before = 0;
  let started = 0;
  return {
    restart() {
      before = 0;
      started = performance.now();
    },
    pause() {
      before += performance.now() - started;
    },
    resume() {
      started = performance.now();
    },
    elapsed: () => before + performance.now() - started,
  };
}

/** Passes on the events of `steps`, pausing `watch` while they are read. */
export async function* watched<Event, Result>(
  watch: Stopwatch,
  steps: AsyncGenerator<Event, Result, void>,
): AsyncGenerator<Event, Result, void> {
  try {
    for (;;) {
      const next = await steps.next();
      if (next.done) return next.value;
      watch.pause();
      yield next.value;
      watch.resume();
    }
  } finally {
    // Where the reader left, this lets the steps clean up; else it does nothing.
    await steps.return(undefined as Result);
  }
}
