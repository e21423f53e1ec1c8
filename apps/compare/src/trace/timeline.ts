import type { DecodeEvent } from "@decodekit/core";
import type { TracedEvent } from "./trace.ts";

/** Along what the lanes are stepped through together. */
export type Axis = "passes" | "tokens" | "time";

/**
 * Steps of half a pass: after step 2k a lane shows all that follows from its pass k, after step 2k + 1 what pass k + 1 and
 * the check of a draft told, before anything of it is committed.
 */
export const STEPS_PER_PASS = 2;

/** Length of the axis for the longest lane: steps of half a pass, final tokens, or milliseconds. */
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

/** How many events of a lane have happened at a place on the axis: a step of half a pass, a number of final tokens, or milliseconds. */
export function eventsAt(events: readonly TracedEvent[], axis: Axis, place: number): number {
  if (axis === "time") return countUntil(events, place);
  return axis === "tokens" ? countAtTokens(events, place) : countAtStep(events, Math.round(place));
}

/** Up to the last commit that leaves no more than `most` tokens final; a lane that never has more is whole. */
function countAtTokens(events: readonly TracedEvent[], most: number): number {
  let tokens = 0;
  let count = 0;
  for (const [index, { event }] of events.entries()) {
    tokens += tokenCount(event);
    if (tokens > most) return count;
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
