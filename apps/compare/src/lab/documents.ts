import { batch, computed, type ReadonlySignal } from "@preact/signals";
import * as history from "../document/history.ts";
import { keepRuns } from "../document/keep-runs.ts";
import {
  documentOf,
  newDocument,
  type RunDocument,
  type ChosenModel,
  type RunOrigin,
  withLane,
  withLaneAt,
  withModel,
  withoutLane,
  withSettings,
} from "../document/run-document.ts";
import { settingsOf } from "../document/settings-of-run.ts";
import { areSameLanes } from "../models/default-lanes.ts";
import { texts } from "../texts/texts.ts";
import type { Trace } from "../trace/trace.ts";
import type { LaneSettings, Settings } from "../url/settings.ts";
import { type DocumentName, documentName, histories, notify, selection, shownDocument } from "./state.ts";
import { restartReplay } from "./playback.ts";

/*
 * All changes of documents. Each can be undone, except the growth of a run. Without a name, they apply to the document of the shown page.
 */

function apply(next: (document: RunDocument) => RunDocument, kind?: string): void {
  const current = histories[documentName.peek()];
  current.value = keepRuns(history.change(current.peek(), next(current.peek().present), kind));
}

/** Changes settings other than the lanes. Consecutive changes of the same settings are undone together. */
export function changeSettings(part: Partial<Omit<Settings, "lanes">>): void {
  apply((document) => withSettings(document, part), Object.keys(part).join());
}

/** Chooses a model, which the next run loads. Says so if that replaced the lanes. */
export function chooseModel(chosen: ChosenModel): void {
  const before = shownDocument.peek();
  const after = withModel(before, chosen);
  apply(() => after);
  if (!areSameLanes(before.settings.lanes, after.settings.lanes))
    notify("info", texts.models.lanesReplaced, { label: texts.setup.undo, act: undo });
}

export function addLane(lane: LaneSettings): void {
  apply((document) => withLane(document, lane));
}

/** Removes a lane and its part of the run, and offers to undo that. */
export function removeLane(index: number, title: string): void {
  batch(() => {
    apply((document) => withoutLane(document, index));
    selection.value = undefined;
  });
  notify("info", texts.status.laneRemoved(title), { label: texts.setup.undo, act: undo });
}

/** Removes the lanes of decoders that are gone. The last one is replaced by greedy decoding. */
export function removeLanes(isGone: (decoder: string) => boolean): void {
  apply((document) => {
    const gone = document.settings.lanes.flatMap(({ decoder }, index) => (isGone(decoder) ? [index] : []));
    const kept = gone.length === document.settings.lanes.length ? withLane(document, { decoder: "greedy" }) : document;
    return gone.reduceRight((left, index) => withoutLane(left, index), kept);
  });
}

export function changeLane(index: number, lane: LaneSettings): void {
  apply((document) => withLaneAt(document, index, lane));
}

/** Opens a document in place of the shown one. */
export function openDocument(document: RunDocument): void {
  batch(() => {
    apply(() => document);
    restartReplay();
  });
}

/** Opens a run in place of the shown document, with the settings it was made with. */
export function openRun(trace: Trace, origin: RunOrigin): void {
  openDocument(documentOf(trace, settingsOf(trace), origin));
}

/** Replaces a document without a change that can be undone, for example by a recording or a link when the page opens. */
export function setDocument(name: DocumentName, document: RunDocument): void {
  batch(() => {
    histories[name].value = history.amend(histories[name].peek(), document);
    if (name === documentName.peek()) restartReplay();
  });
}

/** Begins a run of `settings`: the results before it can be had back by undoing. */
export function beginRun(name: DocumentName, trace: Trace, settings: Settings): void {
  const current = histories[name];
  const { files, digests } = current.peek().present;
  const document = newDocument(settings, { files, digests, run: { trace, origin: "live", settings } });
  batch(() => {
    current.value = keepRuns(history.change(current.peek(), document));
    if (name === documentName.peek()) restartReplay();
  });
}

/** Shows what a run has recorded so far. */
export function growRun(name: DocumentName, trace: Trace): void {
  const current = histories[name];
  const { present } = current.peek();
  if (present.run) current.value = history.amend(current.peek(), { ...present, run: { ...present.run, trace } });
}

/** Sets the digests of the outputs that the author of a link saw. */
export function expectDigests(digests: readonly string[]): void {
  const current = histories.compare;
  current.value = history.amend(current.peek(), { ...current.peek().present, digests });
}

export const canUndo: ReadonlySignal<boolean> = computed(() => histories[documentName.value].value.past.length > 0);
export const canRedo: ReadonlySignal<boolean> = computed(() => histories[documentName.value].value.future.length > 0);

export function undo(): void {
  move(history.undo);
}

export function redo(): void {
  move(history.redo);
}

function move(by: (from: history.History<RunDocument>) => history.History<RunDocument>): void {
  const current = histories[documentName.peek()];
  const before = current.peek().present.run?.trace;
  batch(() => {
    current.value = by(current.peek());
    if (current.peek().present.run?.trace !== before) restartReplay();
  });
}
