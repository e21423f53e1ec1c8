import type { DecoderPlugin } from "@decodekit/core";
import type { LoadProgress } from "@decodekit/core/onnx";
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type History, newHistory } from "../document/history.ts";
import { newDocument, type RunDocument, type Staleness, stalenessOf } from "../document/run-document.ts";
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
  | { readonly kind: "warming-up" | "decoding" | "scoring"; readonly lane: number; readonly document: DocumentName }
  | ({ readonly kind: "measuring" | "running-set" } & MeasureProgress);

/** Returns the only page on which an activity goes on, since times suffer from what others draw; undefined for one that goes on everywhere. */
export function routeOf({ kind }: Activity): Route | undefined {
  return kind === "measuring" ? "measure" : kind === "running-set" ? "sets" : undefined;
}

export interface Notice {
  readonly id: number;
  readonly kind: "error" | "info";
  readonly text: string;
  /** A button beside the text; the notice closes when it is pressed. */
  readonly action?: { readonly label: string; readonly act: () => void } | undefined;
}

/** The selected token: a lane and an output position. */
export interface Selection {
  readonly lane: number;
  readonly position: number;
}

export const route = signal<Route>("compare");
export const chapter = signal(1);
/** Scene of the chapter, counted from 1. */
export const scene = signal(1);

/** Whether the page is a frame of another page, and shows only the lanes and the replay. */
export const isEmbedded = signal(false);

/** The tour has a document of its own, so that a visit to it leaves the visitor's alone. */
export type DocumentName = "compare" | "tour";
const emptyHistory = newHistory(newDocument(defaultSettings));
/** Change them through `documents.ts`. */
export const histories: Readonly<Record<DocumentName, Signal<History<RunDocument>>>> = {
  compare: signal(emptyHistory),
  tour: signal(emptyHistory),
};
export const documentName: ReadonlySignal<DocumentName> = computed(() => (route.value === "tour" ? "tour" : "compare"));
/** The document of the shown page. */
export const shownDocument: ReadonlySignal<RunDocument> = computed(() => histories[documentName.value].value.present);
export const settings: ReadonlySignal<Settings> = computed(() => shownDocument.value.settings);
/** The shown run: recorded, opened or live. */
export const trace: ReadonlySignal<Trace | undefined> = computed(() => shownDocument.value.run?.trace);
/** What was changed since the shown run was made. */
export const staleness: ReadonlySignal<Staleness | undefined> = computed(() => stalenessOf(shownDocument.value));

export const thirdParty = signal<readonly ThirdPartyPlugin[]>([]);
export const plugins: ReadonlySignal<readonly DecoderPlugin[]> = computed(() => [
  ...decoders,
  ...thirdParty.value.flatMap(({ plugins: imported }) => imported),
]);

/** Whether a recording is being fetched or the run of a link is being read, which will be shown in the shown document. */
export const awaitsRecording = signal(false);
export const activity = signal<Activity>({ kind: "idle" });
export const notices = signal<readonly Notice[]>([]);
/** Number of runs that ended in any way. */
export const endedRuns = signal(0);
/** The last measurement of this visit. */
export const measurement = signal<Measurement | undefined>(undefined);
/** Read out by screen readers. */
export const announcement = signal("");

/** Tokens as text, or in a grid with one column per position. */
export type View = "reading" | "grid";
/** The grid needs less height and shows all lanes at once: it comes first on phones and projectors. */
const SMALL_SCREEN = "(max-width: 64rem)";
const views: Readonly<Record<DocumentName, Signal<View>>> = {
  compare: signal(globalThis.matchMedia?.(SMALL_SCREEN).matches ? "grid" : "reading"),
  // The tour speaks of words: its lanes stand beside each other as texts.
  tour: signal("reading"),
};
export const view: ReadonlySignal<View> = computed(() => views[documentName.value].value);

export function chooseView(chosen: View): void {
  views[documentName.peek()].value = chosen;
}

export const axis = signal<Axis>("passes");
/** Place on the axis; undefined follows the end. */
export const place = signal<number | undefined>(undefined);
export const playing = signal(false);
export const speed = signal(1);
export const selection = signal<Selection | undefined>(undefined);
/** Output position under the pointer, in all lanes. */
export const hovered = signal<number | undefined>(undefined);

/** The lane that is being warmed up, run or scored, if it is on the shown page. */
export const busyLane: ReadonlySignal<number | undefined> = computed(() => {
  const now = activity.value;
  return "document" in now && now.document === documentName.value ? now.lane : undefined;
});

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
    return folded(atPlace, lane, shown, count ?? lane.events.length);
  });
});

/** Every lane at its end, whatever the place: what is known in advance reserves its space, so that nothing moves while a run plays. */
export const finalStates: ReadonlySignal<readonly LaneState[]> = computed(() => {
  const shown = trace.value;
  return shown?.lanes.map((lane) => folded(atEnd, lane, shown, lane.events.length)) ?? [];
});

type Folded = WeakMap<readonly TracedEvent[], { readonly count: number; readonly state: LaneState }>;
const atPlace: Folded = new WeakMap();
const atEnd: Folded = new WeakMap();

/** Returns the same state for the same events, so that unchanged lanes are not redrawn. */
function folded(known: Folded, lane: LaneTrace, { model: { maskTokenId } }: Trace, count: number): LaneState {
  const last = known.get(lane.events);
  if (last?.count === count) return last.state;
  const state = foldLane(lane.events, maskTokenId, { count, positions: gapOf(lane), start: lane.start });
  known.set(lane.events, { count, state });
  return state;
}

let noticeCount = 0;

/** Shows a notice. One with the same text is replaced. */
export function notify(kind: Notice["kind"], text: string, action?: Notice["action"]): void {
  const others = notices.value.filter((notice) => notice.text !== text);
  notices.value = [...others, { id: ++noticeCount, kind, text, action }];
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
