import { batch, computed, type ReadonlySignal } from "@preact/signals";
import { type Finish, finishOrder } from "../compare-lanes/finish-order.ts";
import { raceSpeed } from "../compare-lanes/race-speed.ts";
import { type Verdict, verdictOf } from "../compare-lanes/verdict.ts";
import * as state from "./state.ts";

/** Replays all lanes together, at their recorded times, slowed or sped up so that it takes 3 to 6 seconds. */
export function startRace(): void {
  batch(() => {
    state.axis.value = "time";
    state.speed.value = raceSpeed(state.axisEnd.value);
    state.place.value = 0;
    state.playing.value = true;
  });
}

/** Whether the shown run can race: it has at least two lanes, and all have ended by themselves. */
const canRace: ReadonlySignal<boolean> = computed(() => finalVerdict.value !== undefined);

/** The finish of each lane at the place on the axis of time; empty on the other axes, where lanes do not run side by side. */
export const finishes: ReadonlySignal<readonly (Finish | undefined)[]> = computed(() =>
  state.axis.value === "time" && canRace.value ? finishOrder(state.laneStates.value) : [],
);

/** What the run will have shown at its end: known in advance for a run that has ended, so that its sentence has room. */
export const finalVerdict: ReadonlySignal<Verdict | undefined> = computed(() => {
  const shown = state.trace.value;
  return shown && verdictOf(shown, state.finalStates.value);
});

/** Whether every lane is shown to its end, so that the verdict may be told. */
export const isOver: ReadonlySignal<boolean> = computed(
  () => finalVerdict.value !== undefined && state.laneStates.value.every(({ finishReason }) => finishReason !== undefined),
);
