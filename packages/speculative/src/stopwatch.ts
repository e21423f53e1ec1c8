/** Measures the time of a round, excluding the time in which its events are consumed. */
export interface Stopwatch {
  /** Resets the time to 0 and starts. */
  restart(): void;
  pause(): void;
  resume(): void;
  /** Milliseconds while running. */
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

/** Yields the events of `steps`, pausing `watch` while they are consumed. */
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
    // Cleans up if the consumer stopped early; otherwise does nothing.
    await steps.return(undefined as Result);
  }
}

/** Yields `event`, pausing `watch` while it is consumed. */
export function* unwatched<Event>(watch: Stopwatch, event: Event): Generator<Event, void, void> {
  watch.pause();
  yield event;
  watch.resume();
}
