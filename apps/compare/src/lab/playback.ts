import { effect } from "@preact/signals";
import { type Axis, STEPS_PER_PASS } from "../trace/timeline.ts";
import * as state from "./state.ts";

/** Playback rates at speed 1. On the time axis, speed 1 is real time. */
export const PASSES_PER_SECOND = 4;
export const TOKENS_PER_SECOND = 8;

const unitsPerSecond: Readonly<Record<Axis, number>> = {
  passes: PASSES_PER_SECOND * STEPS_PER_PASS,
  tokens: TOKENS_PER_SECOND,
  time: 1000,
};

/** Moves by `count` steps of the axis: half passes, tokens, or fiftieths of the whole time. */
export function step(count: number): void {
  const unit = state.axis.value === "time" ? state.axisEnd.value / 50 : 1;
  goTo((state.place.value ?? state.axisEnd.value) + count * unit);
}

/** Goes to a place on the axis. At the end, the view follows new events. */
export function goTo(place: number): void {
  state.place.value = place >= state.axisEnd.value ? undefined : Math.max(0, place);
}

export function togglePlay(): void {
  if (!state.playing.value && state.place.value === undefined) state.place.value = 0;
  state.playing.value = !state.playing.value;
}

/** Rounds down to a whole step on the axes of passes and tokens. */
function onAxis(place: number): number {
  return state.axis.peek() === "time" ? place : Math.floor(place);
}

/** Advances the place at the chosen speed while playing. */
export function startPlayback(): void {
  effect(() => {
    if (!state.playing.value) return undefined;
    let last = performance.now();
    let exact = state.place.peek() ?? 0;
    let frame = requestAnimationFrame(advance);

    function advance(now: number): void {
      const seconds = (now - last) / 1000;
      last = now;
      const { axis, speed, axisEnd, place } = state;
      // The visitor may have moved the place in the meantime.
      const shown = onAxis(exact);
      if (place.peek() !== undefined && place.peek() !== shown) exact = place.peek()!;
      exact += seconds * unitsPerSecond[axis.peek()] * speed.peek();
      if (exact >= axisEnd.peek()) {
        place.value = undefined;
        state.playing.value = false;
        return;
      }
      place.value = onAxis(exact);
      frame = requestAnimationFrame(advance);
    }
    return () => cancelAnimationFrame(frame);
  });
}
