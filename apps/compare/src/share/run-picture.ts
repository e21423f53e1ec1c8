import { describePlace } from "../lab/describe-place.ts";
import { gapOf } from "../lab/infill-plugin.ts";
import { compareOutputs } from "../lab/lane-figures.ts";
import { letters, texts } from "../texts/texts.ts";
import { foldLane, type LaneState } from "../trace/fold.ts";
import { type Axis, eventsAt } from "../trace/timeline.ts";
import type { Trace } from "../trace/trace.ts";
import type { RunPicture } from "./draw-run.ts";

/** Returns what a picture shows of a run at a place of its replay. */
export function runPicture(trace: Trace, axis: Axis, { place, end }: { readonly place: number; readonly end: number }): RunPicture {
  const { maskTokenId } = trace.model;
  const states = trace.lanes.map((lane) =>
    foldLane(lane.events, maskTokenId, { count: eventsAt(lane.events, axis, place), positions: gapOf(lane), start: lane.start }),
  );
  return { trace, states, caption: describePlace(axis, place, end), notes: states.map((state, index) => noteOf(state, index, states[0]!)) };
}

/** Whether the lane's output equals that of the first lane, and how the lane ended. */
function noteOf(state: LaneState, index: number, first: LaneState): string {
  const t = texts.lane;
  const parts: string[] = [];
  if (index > 0 && state.cells.length > 0) {
    const { differsAt, common } = compareOutputs(first, state);
    const isOver = first.finishReason !== undefined && state.finishReason !== undefined;
    if (differsAt !== undefined) parts.push(t.differs(letters[0], differsAt + 1));
    else if (isOver) parts.push(t.sameText(letters[0]));
    else if (common > 0) parts.push(t.sameSoFar(letters[0], common));
  }
  if (state.finishReason) parts.push(t.finish[state.finishReason]);
  const note = parts.join(" · ");
  return note.charAt(0).toUpperCase() + note.slice(1);
}
