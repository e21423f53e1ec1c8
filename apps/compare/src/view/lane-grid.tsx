import { isRunning } from "../lab/activity.ts";
import * as state from "../lab/state.ts";
import { AddLane } from "./add-lane.tsx";
import { LaneCard, tryMakeLane } from "./lane-card.tsx";
import { TokenGrid } from "./token-grid.tsx";
import { ViewChoice } from "./view-choice.tsx";

/** All lanes: on a read-only page those of the shown run, else those of the settings. */
export function LaneGrid({ canChange }: { readonly canChange: boolean }) {
  const shown = state.trace.value;
  const { lanes } = state.settings.value;
  const specifications =
    shown && showsOther(shown.lanes, lanes) && !canChange ? shown.lanes.map(({ specification }) => specification) : lanes;
  const isSame = shown !== undefined && !showsOther(shown.lanes, specifications);
  const canChangeNow = canChange && !isRunning();
  return (
    <>
      <ViewChoice />
      {state.view.value === "grid" && shown && isSame && <TokenGrid shown={shown} states={state.laneStates.value} />}
      <div class="lanes" data-count={specifications.length} data-view={state.view.value} id="lanes" tabIndex={-1}>
        {specifications.map((specification, index) => {
          const trace = shown?.lanes[index];
          const matches = isSame || trace?.specification === specification;
          return (
            <LaneCard
              key={index}
              index={index}
              lane={tryMakeLane(specification)}
              shown={matches ? trace : undefined}
              laneState={matches ? state.laneStates.value[index] : undefined}
              canRemove={specifications.length > 1}
              canChange={canChangeNow}
            />
          );
        })}
        {canChangeNow && <AddLane />}
      </div>
    </>
  );
}

function showsOther(shown: readonly { readonly specification: string }[], lanes: readonly string[]): boolean {
  return shown.length !== lanes.length || shown.some(({ specification }, index) => specification !== lanes[index]);
}
