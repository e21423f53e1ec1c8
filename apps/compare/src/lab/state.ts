import type { DecoderPlugin, TokenId } from "@decodekit/core";
import type { LoadProgress } from "@decodekit/core/onnx";
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { defaultSettings, type Settings } from "../url/settings.ts";
import type { Route } from "../url/share-link.ts";
import { type Axis, axisLength, eventsAt } from "../trace/timeline.ts";
import { foldLane, type LaneState } from "../trace/fold.ts";
import type { LaneTrace, Trace, TracedEvent } from "../trace/trace.ts";
import type { MeasureProgress } from "../measure/measure-rounds.ts";
import type { Measurement } from "../measure/measurement.ts";
import { decoders } from "./decoders.ts";
import { gapOf } from "./infill-plugin.ts";
import type { ThirdPartyPlugin } from "./third-party.ts";

export type Activity =
  | { readonly kind: "idle" }
  | { readonly kind: "loading"; readonly progress: LoadProgress | undefined }
  | { readonly kind: "preparing" }
  | { readonly kind: "warming-up"; readonly lane: number }
  | { readonly kind: "decoding"; readonly lane: number }
  | { readonly kind: "scoring"; readonly lane: number }
  | ({ readonly kind: "measuring" } & MeasureProgress);

export interface Notice {
  readonly id: number;
  readonly kind: "error" | "info";
  readonly text: string;
}

/** The selected token: a lane and an output position. */
export interface Selection {
  readonly lane: number;
  readonly position: number;
}

export const settings = signal<Settings>(defaultSettings);
export const route = signal<Route>("compare");
export const chapter = signal(1);
/** Scene of the chapter, counted from 1. */
export const scene = signal(1);
/** Local model files, which replace the model of the settings. */
export const droppedFiles = signal<readonly File[] | undefined>(undefined);

export const thirdParty = signal<readonly ThirdPartyPlugin[]>([]);
export const plugins: ReadonlySignal<readonly DecoderPlugin[]> = computed(() => [
  ...decoders,
  ...thirdParty.value.flatMap(({ plugins: imported }) => imported),
]);

export const activity = signal<Activity>({ kind: "idle" });
export const notices = signal<readonly Notice[]>([]);
/** Number of runs that ended in any way. */
export const endedRuns = signal(0);
/** The last measurement of this visit. */
export const measurement = signal<Measurement | undefined>(undefined);
/** Read out by screen readers. */
export const announcement = signal("");

/** The shown run: recorded, imported or live. */
export const trace = signal<Trace | undefined>(undefined);
export const traceOrigin = signal<"recorded" | "live" | "imported">("recorded");
/** Digests of the outputs that the author of a share link saw. */
export const expectedDigests = signal<readonly string[]>([]);

/** Tokens as text, or in a grid with one column per position. */
export type View = "reading" | "grid";
export const view = signal<View>("reading");

export const axis = signal<Axis>("passes");
/** Place on the axis; undefined follows the end. */
export const place = signal<number | undefined>(undefined);
export const playing = signal(false);
export const speed = signal(1);
export const selection = signal<Selection | undefined>(undefined);
/** Output position under the pointer, in all lanes. */
export const hovered = signal<number | undefined>(undefined);

/** Length of the axis: steps of half a pass, tokens, or milliseconds. */
export const axisEnd: ReadonlySignal<number> = computed(() => {
  const lanes = trace.value?.lanes.map(({ events }) => events) ?? [];
  return axisLength(lanes, axis.value);
});

/** Every lane at the place on the axis. */
export const laneStates: ReadonlySignal<readonly LaneState[]> = computed(() => {
  const shown = trace.value;
  if (!shown) return [];
  return shown.lanes.map((lane) => {
    const count = place.value === undefined ? undefined : eventsAt(lane.events, axis.value, place.value);
    return foldCached(lane, shown.model.maskTokenId, count ?? lane.events.length);
  });
});

const folded = new WeakMap<readonly TracedEvent[], { readonly count: number; readonly state: LaneState }>();

/** Returns the same state for the same events, so that unchanged lanes are not redrawn. */
function foldCached(lane: LaneTrace, maskTokenId: TokenId | undefined, count: number): LaneState {
  const known = folded.get(lane.events);
  if (known?.count === count) return known.state;
  const state = foldLane(lane.events, maskTokenId, { count, positions: gapOf(lane) });
  folded.set(lane.events, { count, state });
  return state;
}

let noticeCount = 0;

export function notify(kind: Notice["kind"], text: string): void {
  if (notices.value.some((notice) => notice.text === text)) return;
  notices.value = [...notices.value, { id: ++noticeCount, kind, text }];
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
