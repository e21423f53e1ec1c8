import type { ForwardEndEvent } from "@decodekit/core";

export interface Timed<Result> {
  readonly result: Result;
  /** Time of its passes together. */
  readonly milliseconds: number;
}

/** Passes on the events of `passes`, and adds their times to what it returns. */
export async function* timed<Result>(
  passes: AsyncGenerator<ForwardEndEvent, Result, void>,
): AsyncGenerator<ForwardEndEvent, Timed<Result>, void> {
  let milliseconds = 0;
  try {
    for (;;) {
      const next = await passes.next();
      if (next.done) return { result: next.value, milliseconds };
      milliseconds += next.value.milliseconds;
      yield next.value;
    }
  } finally {
    // Where the reader left, this lets the passes clean up; else it does nothing.
    await passes.return(undefined as Result);
  }
}
