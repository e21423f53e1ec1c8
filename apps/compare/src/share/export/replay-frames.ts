import { unitsPerSecond } from "../../lab/playback.ts";
import type { LaneTrace } from "../../trace/trace.ts";
import { type Axis, axisLength, eventsAt } from "../../trace/timeline.ts";

/** One picture of a replay, and how long it is shown. */
export interface ReplayFrame {
  /** On the axis. */
  readonly place: number;
  readonly milliseconds: number;
}

export interface ReplayPace {
  readonly axis: Axis;
  /** As chosen for playing: 1 is the usual rate, on the axis of time real time. */
  readonly speed: number;
  readonly maxFrames: number;
}

/** Pictures per second on the axis of time, which has no steps of its own. */
const RATE = 20;
const MILLISECONDS_AT_END = 3000;

/**
 * Returns the pictures of a whole replay, from the start to the end, at the pace at which the page plays it. Places that look the same are
 * one picture. A replay of more than `maxFrames` skips places evenly and still takes as long. The end is shown for three seconds more.
 */
export function replayFrames(lanes: readonly Pick<LaneTrace, "events">[], { axis, speed, maxFrames }: ReplayPace): ReplayFrame[] {
  const all = lanes.map(({ events }) => events);
  const end = axisLength(all, axis);
  const perSecond = unitsPerSecond[axis] * speed;
  const unit = axis === "time" ? perSecond / RATE : 1;
  const skipped = Math.max(1, Math.ceil(end / unit / (maxFrames - 1)));
  const step = unit * skipped;
  const places = Array.from({ length: Math.ceil(end / step) }, (_, index) => index * step);
  const frames: { place: number; milliseconds: number }[] = [];
  let shown = "";
  for (const [index, place] of places.entries()) {
    const milliseconds = (1000 * (Math.min(end, (index + 1) * step) - place)) / perSecond;
    const counts = all.map((events) => eventsAt(events, axis, place)).join();
    if (counts === shown) frames.at(-1)!.milliseconds += milliseconds;
    else frames.push({ place, milliseconds });
    shown = counts;
  }
  return [...frames, { place: end, milliseconds: MILLISECONDS_AT_END }];
}
