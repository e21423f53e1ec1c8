import { finishOrder } from "../compare-lanes/finish-order.ts";
import { verdictOf } from "../compare-lanes/verdict.ts";
import { describePlace } from "../lab/describe-place.ts";
import { differencesBetween } from "../lab/differences.ts";
import { gapOf } from "../lab/infill-plugin.ts";
import { compareOutputs } from "../lab/lane-figures.ts";
import { letters, texts } from "../texts/texts.ts";
import { foldLane, type LaneState } from "../trace/fold.ts";
import { type Axis, eventsAt } from "../trace/timeline.ts";
import type { Trace } from "../trace/trace.ts";
import { tokenText } from "../texts/token-text.ts";
import type { RunPicture } from "./draw-run.ts";

/** Returns what a picture shows of a run at a place of its replay, as the page shows it. */
export function runPicture(trace: Trace, axis: Axis, { place, end }: { readonly place: number; readonly end: number }): RunPicture {
  const states = statesAt(trace, axis, place);
  const verdict = verdictOf(trace, statesAt(trace, axis, end));
  const places = axis === "time" && verdict ? finishOrder(states) : [];
  return {
    trace,
    states,
    caption: describePlace(axis, place, end),
    differences: differencesBetween(trace.lanes, states),
    verdict: verdict && {
      sentence: texts.race.verdict(verdict, (token) => tokenText(trace.vocabulary.get(token))),
      isTold: states.every(({ finishReason }) => finishReason !== undefined),
    },
    notes: states.map((state, index) => {
      const finish = places[index];
      const parts = finish ? [texts.race.finished(texts.race.place(finish), finish.milliseconds)] : [];
      const note = [...parts, ...notesOf(state, index, states[0]!)].join(" · ");
      return note.charAt(0).toUpperCase() + note.slice(1);
    }),
  };
}

function statesAt(trace: Trace, axis: Axis, place: number): readonly LaneState[] {
  const { maskTokenId } = trace.model;
  return trace.lanes.map((lane) =>
    foldLane(lane.events, maskTokenId, { count: eventsAt(lane.events, axis, place), positions: gapOf(lane), start: lane.start }),
  );
}

/** Whether the lane's output equals that of the first lane, and how the first lane ended, or that one was stopped. */
function notesOf(state: LaneState, index: number, first: LaneState): readonly string[] {
  const t = texts.lane;
  const parts: string[] = [];
  if (index > 0 && state.cells.length > 0) {
    const { differsAt, common } = compareOutputs(first, state);
    const isOver = first.finishReason !== undefined && state.finishReason !== undefined;
    if (differsAt !== undefined) parts.push(t.differs(letters[0], differsAt + 1));
    else if (isOver) parts.push(t.sameText(letters[0]));
    else if (common > 0) parts.push(t.sameSoFar(letters[0], common));
  }
  const { finishReason } = state;
  return finishReason && (index === 0 || finishReason === "abort") ? [...parts, t.finish[finishReason]] : parts;
}
