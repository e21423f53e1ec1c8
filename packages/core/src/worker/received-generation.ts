import type { DecodeEvent } from "../decoder.ts";
import type { GenerateResult } from "../generate.ts";
import type { TimedEvent, WorkerGeneration } from "./generate.ts";
import type { GenerationPart } from "./served-generations.ts";

type Start = (receive: (part: GenerationPart) => void, leave: AbortSignal) => Promise<GenerateResult>;

/** A generation that runs elsewhere: begun when it is first read, remembered, and ended when the last reader has left. */
export function receivedGeneration(signal: AbortSignal | undefined, start: Start): WorkerGeneration {
  const timed: TimedEvent[] = [];
  const pieces: string[] = [];
  const leave = new AbortController();
  let running: Promise<GenerateResult> | undefined;
  let outcome: { readonly error?: unknown } | undefined;
  const waiting: (() => void)[] = [];
  let readers = 0;
  let wanted = false;

  const changed = (): void => {
    for (const wake of waiting.splice(0)) wake();
  };
  const receive = (part: GenerationPart): void => {
    for (const [index, event] of part.events.entries()) timed.push({ event, milliseconds: part.times[index]! });
    pieces.push(...part.pieces);
    changed();
  };
  const begin = (): Promise<GenerateResult> => {
    if (running) return running;
    const both = signal ? AbortSignal.any([signal, leave.signal]) : leave.signal;
    running = start(receive, both);
    running
      .then(
        () => (outcome = {}),
        (error: unknown) => (outcome = { error }),
      )
      .finally(changed);
    return running;
  };

  async function* read<Item, Shown>(items: readonly Item[], show: (item: Item) => Shown): AsyncGenerator<Shown, void, void> {
    readers++;
    try {
      begin().catch(() => undefined);
      for (let index = 0; ; index++) {
        while (index >= items.length && !outcome) await new Promise<void>((wake) => waiting.push(wake));
        if (index >= items.length) break;
        yield show(items[index]!);
      }
      if (outcome && "error" in outcome) throw outcome.error;
    } finally {
      readers--;
      if (readers === 0 && !wanted && !outcome) leave.abort();
      if (leave.signal.aborted) await running?.catch(() => undefined);
    }
  }

  return {
    timedEvents: { [Symbol.asyncIterator]: () => read(timed, (item) => item) },
    events: { [Symbol.asyncIterator]: () => read<TimedEvent, DecodeEvent>(timed, ({ event }) => event) },
    textStream: { [Symbol.asyncIterator]: () => read(pieces, (piece) => piece) },
    get result() {
      wanted = true;
      const result = begin();
      // Whoever reads only a stream learns of the error there.
      result.catch(() => undefined);
      return result;
    },
  };
}
