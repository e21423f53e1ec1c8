import { batch, effect } from "@preact/signals";
import { type Axis, STEPS_PER_PASS } from "../trace/timeline.ts";
import * as state from "./state.ts";

/** Playback rates at speed 1. On the time axis, speed 1 is real time. */
export const PASSES_PER_SECOND = 4;
export const TOKENS_PER_SECOND = 8;

/** Length of the axis that is played in a second at speed 1. */
export const unitsPerSecond: Readonly<Record<Axis, number>> = {
  passes: PASSES_PER_SECOND * STEPS_PER_PASS,
  tokens: TOKENS_PER_SECOND,
  time: 1000,
};

/** Moves by `count` steps of the axis: half passes, tokens, or fiftieths of the whole time. */
export function step(count: number): void {
  const unit = state.axis.value === "time" ? state.axisEnd.value / 50 : 1;
  goTo((state.place.value ?? state.axisEnd.value) + count * unit);
}

/** Goes to a place on the axis. At the end, playing stops, and the view follows new events. */
export function goTo(place: number): void {
  const isEnd = place >= state.axisEnd.value;
  state.place.value = isEnd ? undefined : Math.max(0, place);
  if (isEnd) state.playing.value = false;
}

/** Plays the shown run pass by pass, from its start. */
export function playFromStart(): void {
  batch(() => {
    state.axis.value = "passes";
    state.speed.value = 1;
    state.place.value = 0;
    state.playing.value = true;
  });
}

/** Where the replay of a document is. */
interface Replay {
  readonly axis: Axis;
  readonly place: number | undefined;
  readonly speed: number;
  readonly selection: state.Selection | undefined;
}

const left = new Map<state.DocumentName, Replay>();

/** Pauses the replay of one document and goes on with that of another, where it was left. */
export function switchReplay(from: state.DocumentName, to: state.DocumentName): void {
  if (from === to) return;
  const { axis, place, speed, selection } = state;
  left.set(from, { axis: axis.peek(), place: place.peek(), speed: speed.peek(), selection: selection.peek() });
  restartReplay();
  const replay = left.get(to);
  if (!replay) return;
  axis.value = replay.axis;
  place.value = replay.place;
  speed.value = replay.speed;
  selection.value = replay.selection;
}

/** Shows another run from its end. */
export function restartReplay(): void {
  state.playing.value = false;
  state.place.value = undefined;
  state.selection.value = undefined;
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

    function advance(time: number): void {
      const seconds = (time - last) / 1000;
      last = time;
      const { axis, speed, axisEnd, place } = state;
      // The visitor may have moved the place in the meantime.
      const now = place.peek();
      if (now === undefined) exact = axisEnd.peek();
      else if (now !== onAxis(exact)) exact = now;
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
