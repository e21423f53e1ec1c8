import { computed } from "@preact/signals";
import { finalStates, laneStates } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import type { CellState } from "../trace/cell.ts";
import type { LaneState } from "../trace/fold.ts";
import { DifferLegend } from "./differ-legend.tsx";

const states = [
  "proposed",
  "accepted",
  "rejected",
  "corrected",
  "masked",
  "revealed",
  "revised",
  "forced",
] as const satisfies readonly CellState[];

/** The marks that occur in the run, and those that are shown now. Strings, so that the legend is drawn again only when they change. */
const occurring = computed(() => marksOf(finalStates.value, ({ seen }) => seen));
const present = computed(() => marksOf(laneStates.value, ({ cells }) => cells.flatMap((cell) => (cell ? [cell.state] : []))));

function marksOf(lanes: readonly LaneState[], statesOf: (lane: LaneState) => Iterable<CellState>): string {
  const marks = new Set<string>(lanes.flatMap((lane) => [...statesOf(lane)]));
  if (lanes.some(({ undone }) => undone.size > 0)) marks.add("notch");
  return [...marks].toSorted().join();
}

/**
 * One sample of each mark that occurs in the run. Those that are not shown at the moment keep their place, as words without the mark. On a small screen the
 * samples scroll, so the keyboard must get there.
 */
export function Legend() {
  const occurs = new Set(occurring.value.split(","));
  const shown = new Set(present.value.split(","));
  const absent = (mark: string): "" | undefined => (shown.has(mark) ? undefined : "");
  return (
    <section class="legend" aria-label={texts.legend.heading} tabIndex={0}>
      <ul>
        {states
          .filter((state) => occurs.has(state))
          .map((state) => (
            <li key={state} data-mark={state} data-absent={absent(state)}>
              <span class="token-sample" data-state={state}>
                {state === "masked" ? "\u2007\u2007\u2007\u2007" : texts.legend[state]}
              </span>
              {state === "masked" && texts.legend.masked}
            </li>
          ))}
        <DifferLegend />
        {occurs.has("notch") && (
          <li data-mark="notch" data-absent={absent("notch")}>
            <span class="notch" data-count="2" aria-hidden="true" />
            {texts.legend.notch}
          </li>
        )}
      </ul>
    </section>
  );
}
