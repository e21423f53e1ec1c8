import type { DecodeEvent } from "../contracts/decoder.ts";
import type { GenerateResult } from "../generate/generation.ts";
import { Replay } from "../generate/replay.ts";
import type { TimedEvent, WorkerGeneration } from "./worker-generation.ts";
import type { GenerationPart } from "./generation-part.ts";

type Start = (receive: (part: GenerationPart) => void, leave: AbortSignal) => Promise<GenerateResult>;

/** Creates a generation that runs on the other side: it starts at the first read, is stored, and ends when the last reader has left. */
export function receivedGeneration(signal: AbortSignal | undefined, start: Start): WorkerGeneration {
  return new ReceivedGeneration(signal, start);
}

class ReceivedGeneration extends Replay implements WorkerGeneration {
  readonly timedEvents: AsyncIterable<TimedEvent>;
  readonly events: AsyncIterable<DecodeEvent>;
  readonly textStream: AsyncIterable<string>;
  readonly #timedEvents: TimedEvent[] = [];
  readonly #events: DecodeEvent[] = [];
  readonly #pieces: string[] = [];
  readonly #start: Start;
  readonly #signal: AbortSignal;
  readonly #left = new AbortController();
  protected isOver = false;
  protected failure: { readonly error: unknown } | undefined;
  #running: Promise<GenerateResult> | undefined;
  #waiting: (() => void)[] = [];

  constructor(signal: AbortSignal | undefined, start: Start) {
    super();
    this.#start = start;
    this.#signal = signal ? AbortSignal.any([signal, this.#left.signal]) : this.#left.signal;
    this.timedEvents = { [Symbol.asyncIterator]: () => this.read(this.#timedEvents) };
    this.events = { [Symbol.asyncIterator]: () => this.read(this.#events) };
    this.textStream = { [Symbol.asyncIterator]: () => this.read(this.#pieces) };
  }

  protected finish(): Promise<GenerateResult> {
    this.#running ??= this.#run();
    return this.#running;
  }

  protected advance(): Promise<void> {
    const changed = new Promise<void>((wake) => this.#waiting.push(wake));
    this.finish().catch(() => undefined);
    return changed;
  }

  protected async leave(): Promise<void> {
    if (this.isAbandoned && !this.isOver) this.#left.abort();
    if (this.#left.signal.aborted) await this.#running?.catch(() => undefined);
  }

  async #run(): Promise<GenerateResult> {
    try {
      return await this.#start((part) => this.#receive(part), this.#signal);
    } catch (error) {
      this.failure = { error };
      throw error;
    } finally {
      this.isOver = true;
      this.#wake();
    }
  }

  #receive({ events, times, pieces }: GenerationPart): void {
    for (const [index, event] of events.entries()) {
      this.#events.push(event);
      this.#timedEvents.push({ event, milliseconds: times[index]! });
    }
    this.#pieces.push(...pieces);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
