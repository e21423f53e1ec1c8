import type { DecodeEvent } from "../contracts/decoder.ts";
import type { Generation } from "../generate/generation.ts";

export interface TimedEvent {
  readonly event: DecodeEvent;
  /** Time of the event, in milliseconds spent inside the decoder since the decode began, by the worker's clock. */
  readonly milliseconds: number;
}

/** A `Generation` with the times of its events. */
export interface WorkerGeneration extends Generation {
  readonly timedEvents: AsyncIterable<TimedEvent>;
}
