import type { TracedEvent } from "./trace.ts";

/** Along what the lanes are stepped through together. */
export type Axis = "passes" | "time";

/**
 * Steps of half a pass: after step 2k a lane shows all that follows from its pass k, after step 2k + 1 what pass k + 1 and
 * the check of a draft told, before anything of it is committed.
 */
export const STEPS_PER_PASS = 2;

/** How many steps of half a pass there are in the longest lane. */
export function stepCount(lanes: readonly (readonly TracedEvent[])[]): number {
  return STEPS_PER_PASS * Math.max(0, ...lanes.map(passCount));
}

function passCount(events: readonly TracedEvent[]): number {
  return events.filter(({ event }) => event.type === "forward-end").length;
}

export function endTime(lanes: readonly (readonly TracedEvent[])[]): number {
  return Math.max(0, ...lanes.map((events) => events.at(-1)?.milliseconds ?? 0));
}

/** How many events of a lane have happened at a place on the axis: a step of half a pass, or milliseconds. */
export function eventsAt(events: readonly TracedEvent[], axis: Axis, place: number): number {
  return axis === "time" ? countUntil(events, place) : countAtStep(events, Math.round(place));
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
