import { format, texts } from "../texts/texts.ts";
import { type Axis, STEPS_PER_PASS } from "../trace/timeline.ts";

/** Describes a place of the replay in words. */
export function describePlace(axis: Axis, place: number, end: number): string {
  const t = texts.transport;
  if (axis === "tokens") return t.token(place, end);
  if (axis === "time") return t.time(format.milliseconds(place), format.milliseconds(end));
  const of = end / STEPS_PER_PASS;
  return place % STEPS_PER_PASS === 0 ? t.pass(place / STEPS_PER_PASS, of) : t.checking((place + 1) / STEPS_PER_PASS, of);
}
