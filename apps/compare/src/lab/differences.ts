import type { TokenId } from "@decodekit/core";
import { computed, type ReadonlySignal } from "@preact/signals";
import { differencesOf, type LaneDifferences } from "../compare-lanes/lane-differences.ts";
import type { LaneState } from "../trace/fold.ts";
import type { LaneTrace, TracedEvent } from "../trace/trace.ts";
import { finalTokens, outputOf } from "./lane-figures.ts";
import { finalStates, laneStates, trace } from "./state.ts";

const none: readonly LaneDifferences[] = [];
let before = none;

/** The shown tokens of each lane that differ from the other lanes; empty without a run of several lanes. */
export const laneDifferences: ReadonlySignal<readonly LaneDifferences[]> = computed(() => {
  const next = differencesIn(laneStates.value);
  // The same object for an unchanged lane, so that it is not drawn again.
  before = next.map((lane, index) => (isSame(lane, before[index]) ? before[index]! : lane));
  return before;
});

/** Whether any tokens of the run differ, now or at its end. */
export const differs: ReadonlySignal<{ readonly now: boolean; readonly atEnd: boolean }> = computed(() => {
  const isAny = (lanes: readonly LaneDifferences[]): boolean => lanes.some(({ partsAt }) => partsAt !== undefined);
  return { now: isAny(laneDifferences.value), atEnd: isAny(differencesIn(finalStates.value)) };
});

const differencesIn = (states: readonly LaneState[]): readonly LaneDifferences[] => differencesBetween(trace.value?.lanes ?? [], states);

/** Returns the shown tokens of each of `lanes` that differ from the others; nothing for a single lane. */
export function differencesBetween(lanes: readonly LaneTrace[], states: readonly LaneState[]): readonly LaneDifferences[] {
  if (lanes.length < 2) return none;
  return differencesOf(
    lanes.map((lane, index) => {
      const { finishReason } = states[index]!;
      return { output: knownOutput(lane), shown: finalTokens(states[index]!).length, finishReason };
    }),
  );
}

function isSame({ parts }: LaneDifferences, other: LaneDifferences | undefined): boolean {
  return parts.length === other?.parts.length && parts.every((part, place) => part === other.parts[place]);
}

const outputs = new WeakMap<readonly TracedEvent[], { readonly count: number; readonly output: readonly TokenId[] }>();

/** Returns the same array for the same events. The events of a run that is going on grow. */
function knownOutput(lane: LaneTrace): readonly TokenId[] {
  const { events } = lane;
  const known = outputs.get(events);
  if (known?.count === events.length) return known.output;
  const output = outputOf(lane);
  outputs.set(events, { count: events.length, output });
  return output;
}
