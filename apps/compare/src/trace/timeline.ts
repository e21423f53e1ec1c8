import type { DecodeEvent } from "@decodekit/core";
import type { TracedEvent } from "./trace.ts";

/** The unit by which all lanes are stepped through together. */
export type Axis = "passes" | "tokens" | "time";

/**
 * Number of steps per pass. After step 2k, a lane shows pass k and everything that follows from it. After step 2k + 1, it also shows pass
 * k + 1 and the outcome of its draft, but not its commit.
 */
export const STEPS_PER_PASS = 2;

/** Returns the length of the axis, that of the longest lane: steps of half a pass, final tokens, or milliseconds. */
export function axisLength(lanes: readonly (readonly TracedEvent[])[], axis: Axis): number {
  const lengthOf: Readonly<Record<Axis, (events: readonly TracedEvent[]) => number>> = {
    passes: (events) => STEPS_PER_PASS * passCount(events),
    tokens: (events) => events.reduce((sum, { event }) => sum + tokenCount(event), 0),
    time: (events) => events.at(-1)?.milliseconds ?? 0,
  };
  return Math.max(0, ...lanes.map(lengthOf[axis]));
}

function passCount(events: readonly TracedEvent[]): number {
  return events.filter(({ event }) => event.type === "forward-end").length;
}

function tokenCount(event: DecodeEvent): number {
  return event.type === "tokens-commit" ? event.tokens.length : 0;
}

/** Returns the number of events of a lane up to a place on the axis: a step of half a pass, a number of final tokens, or milliseconds. */
export function eventsAt(events: readonly TracedEvent[], axis: Axis, place: number): number {
  if (axis === "time") return countUntil(events, place);
  return axis === "tokens" ? countAtTokens(events, place) : countAtStep(events, Math.round(place));
}

/** Counts events up to the last commit with at most `maxTokens` final tokens; all events if the lane never exceeds them. */
function countAtTokens(events: readonly TracedEvent[], maxTokens: number): number {
  let tokens = 0;
  let count = 0;
  for (const [index, { event }] of events.entries()) {
    tokens += tokenCount(event);
    if (tokens > maxTokens) return count;
    if (event.type === "tokens-commit") count = index + 1;
  }
  return events.length;
}

function countUntil(events: readonly TracedEvent[], milliseconds: number): number {
  const after = events.findIndex((event) => event.milliseconds > milliseconds);
  return after < 0 ? events.length : after;
}

function countAtStep(events: readonly TracedEvent[], step: number): number {
  const whole = Math.floor(step / STEPS_PER_PASS);
  const half = step % STEPS_PER_PASS === 1;
  let passes = 0;
  for (const [index, { event }] of events.entries()) {
    if (event.type === "forward-end" && ++passes > (half ? whole + 1 : whole)) return index;
    if (half && passes === whole + 1 && event.type === "tokens-commit") return index;
  }
  return events.length;
}
