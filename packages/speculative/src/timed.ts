export interface Timed<Result> {
  readonly result: Result;
  /** Time spent inside the generator: not while its events are being read. */
  readonly milliseconds: number;
}

/** Passes on the events of `steps`, and adds the time that it took to what it returns. */
export async function* timed<Event, Result>(steps: AsyncGenerator<Event, Result, void>): AsyncGenerator<Event, Timed<Result>, void> {
  let milliseconds = 0;
  try {
    for (;;) {
      const asked = performance.now();
      const next = await steps.next();
      milliseconds += performance.now() - asked;
      if (next.done) return { result: next.value, milliseconds };
      yield next.value;
    }
  } finally {
    // Where the reader left, this lets the steps clean up; else it does nothing.
    await steps.return(undefined as Result);
  }
}
