import { effect } from "@preact/signals";
import { STEPS_PER_PASS } from "../trace/timeline.ts";
import * as state from "./state.ts";

/** At speed 1, along passes; along time speed 1 is real time. */
export const PASSES_PER_SECOND = 4;

/** Moves by steps of the axis: half passes, or fiftieths of the whole time. */
export function step(count: number): void {
  const unit = state.axis.value === "passes" ? 1 : state.axisEnd.value / 50;
  goTo((state.place.value ?? state.axisEnd.value) + count * unit);
}

/** Goes to a place on the axis; at its end the view follows it. */
export function goTo(place: number): void {
  state.place.value = place >= state.axisEnd.value ? undefined : Math.max(0, place);
}

export function togglePlay(): void {
  if (!state.playing.value && state.place.value === undefined) state.place.value = 0;
  state.playing.value = !state.playing.value;
}

/** Moves the place while it plays, as fast as the chosen speed says. */
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
      const perSecond = axis.peek() === "passes" ? PASSES_PER_SECOND * STEPS_PER_PASS : 1000;
      // Somebody may have moved the place meanwhile.
      const shown = axis.peek() === "passes" ? Math.floor(exact) : exact;
      if (place.peek() !== undefined && place.peek() !== shown) exact = place.peek()!;
      exact += seconds * perSecond * speed.peek();
      if (exact >= axisEnd.peek()) {
        place.value = undefined;
        state.playing.value = false;
        return;
      }
      place.value = axis.peek() === "passes" ? Math.floor(exact) : exact;
      frame = requestAnimationFrame(advance);
    }
    return () => cancelAnimationFrame(frame);
  });
}
