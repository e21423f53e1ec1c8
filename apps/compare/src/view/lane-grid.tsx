import { isRunning } from "../lab/activity.ts";
import * as state from "../lab/state.ts";
import { letters, texts } from "../texts/texts.ts";
import { AddLane } from "./add-lane.tsx";
import { LaneCard, tryMakeLane } from "./lane-card.tsx";
import { Legend } from "./legend.tsx";
import { TokenGrid } from "./token-grid.tsx";
import { ViewChoice } from "./view-choice.tsx";

/** All lanes of the shown document, with the legend of their marks directly above. */
export function LaneGrid({ canChange }: { readonly canChange: boolean }) {
  const { settings, run } = state.shownDocument.value;
  const stale = state.staleness.value;
  const canChangeNow = canChange && !isRunning();
  return (
    <>
      <StaleNote />
      <div class="lanes-bar">
        <Legend />
        {canChangeNow && <AddLane />}
        <ViewChoice />
      </div>
      <div class="lanes" data-count={settings.lanes.length} data-view={state.view.value} id="lanes" tabIndex={-1}>
        {settings.lanes.map(({ decoder }, index) => (
          <LaneCard
            key={index}
            index={index}
            lane={tryMakeLane(decoder)}
            shown={run?.trace.lanes[index]}
            isStale={stale !== undefined && (stale.settings.length > 0 || stale.lanes[index]!)}
            laneState={run && state.laneStates.value[index]}
            canRemove={settings.lanes.length > 1}
            canChange={canChangeNow}
          />
        ))}
      </div>
      {state.view.value === "grid" && run && <TokenGrid shown={run.trace} states={state.laneStates.value} />}
    </>
  );
}

/** What was changed since the shown run was made. */
function StaleNote() {
  const stale = state.staleness.value;
  if (!stale) return null;
  const lanes = stale.lanes.flatMap((isStale, index) => (isStale ? [letters[index]!] : []));
  const parts = stale.settings.map((key) => texts.setup.staleParts[key]);
  return (
    <p class="stale-note" role="status">
      {texts.setup.stale(parts, lanes)}
    </p>
  );
}
