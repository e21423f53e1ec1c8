import { batch, computed, type ReadonlySignal } from "@preact/signals";
import { find } from "../document/history.ts";
import { keptLink, keptRun, sessionStore } from "../document/kept-document.ts";
import { documentOf, newDocument, type RunDocument } from "../document/run-document.ts";
import { settingsOf } from "../document/settings-of-run.ts";
import { texts } from "../texts/texts.ts";
import { recordingOf, tourLink } from "../tour/chapter.ts";
import { chapters } from "../tour/scenes.ts";
import type { Settings } from "../url/settings.ts";
import { type Location, readLink, writeLink } from "../url/share-link.ts";
import { isSceneOf, welcomeRecording, welcomeScenes } from "../welcome/welcome-scenes.ts";
import { isRunning, stop } from "./activity.ts";
import { isRunShown, sceneAt } from "./bets.ts";
import { canMakeLane } from "./decoders.ts";
import { expectDigests, openDocument, setDocument, undo } from "./documents.ts";
import { fetchRecording } from "./files.ts";
import { importPart } from "./import-part.ts";
import { packedOf, rememberPacked } from "./linked-runs.ts";
import { playFromStart, switchReplay } from "./playback.ts";
import * as state from "./state.ts";

/*
 * The address follows from the state and nothing else: `address` is the hash of what is shown, and `openAddress` shows what a hash names.
 * Pages link to each other with `addressOf`, so the visitor's own document is never replaced by walking about.
 */

/** Returns the hash of a page: compare, measure and prompt sets have the visitor's document in it, the tour the shown scene. */
export function addressOf(route: Location["route"]): string {
  const { present } = state.histories.compare.value;
  const { settings, digests } = present;
  switch (route) {
    case "compare":
      return writeLink(settings, digests, route, { run: packedOf(present), isEmbedded: state.isEmbedded.value });
    case "measure":
    case "sets":
      return writeLink(settings, [], route);
    case "tour":
      return tourLink(state.chapter.value, state.scene.value);
    default:
      return `#/${route}`;
  }
}

/** The hash of what is shown. */
export const address: ReadonlySignal<string> = computed(() => addressOf(state.route.value));

/** The hash of what is shown, as the page shows it when it is not a frame. */
export const addressInFull: ReadonlySignal<string> = computed(() => {
  const { present } = state.histories.compare.value;
  return writeLink(present.settings, present.digests, "compare", { run: packedOf(present) });
});

interface OpenOptions {
  /** Whether the page has just been opened: there is nothing yet that could be lost. */
  readonly isFirst: boolean;
  /** Whether recordings start playing. */
  readonly plays: boolean;
}

/** Shows what a hash names. What it replaces can be had back by undoing. Resolves once a recording, if there is one, is shown. */
export async function openAddress(hash: string, { isFirst, plays }: OpenOptions): Promise<void> {
  const canMake = (lane: string): boolean => canMakeLane(lane, state.plugins.value);
  const location = readLink(hash, canMake);
  const before = state.documentName.peek();
  const isOtherPage = isFirst || state.route.peek() !== location.route;
  const home = state.routeOf(state.activity.peek());
  if (home !== undefined && home !== location.route) stop();
  const isOfRun = location.route === "compare" && location.run !== undefined;
  const recording = batch(() => {
    state.isEmbedded.value = location.isEmbedded;
    if (location.ignored.length > 0) state.notify("info", texts.status.ignored(location.ignored.join(", ")));
    state.route.value = location.route;
    switchReplay(before, state.documentName.value);
    if (location.route !== "tour" && location.route !== "about") return openSettings(location, isFirst);
    // Their addresses do not have the visitor's own document.
    const kept = isFirst ? keptLink(sessionStore()) : undefined;
    if (kept !== undefined) openSettings(readLink(kept, canMake), isFirst);
    return location.route === "tour" ? openScene(location) : undefined;
  });
  state.awaitsRecording.value = isOfRun || recording !== undefined;
  if (isOtherPage) globalThis.scrollTo?.({ top: 0 });
  const shown = isOfRun ? showLinkedRun(location, plays) : recording && showRecording(recording, plays);
  await shown?.finally(() => (state.awaitsRecording.value = false));
}

/** A recording to show in a document, as long as it has these settings. */
interface WantedRecording {
  readonly name: string;
  readonly document: state.DocumentName;
  readonly settings: Settings;
}

/** The scene whose document the tour holds. */
let documentScene = "";

function openScene({ chapter, scene }: Location): WantedRecording | undefined {
  state.chapter.value = chapters[chapter - 1] ? chapter : 1;
  state.scene.value = sceneAt(state.chapter.value, scene) ? scene : 1;
  const shown = sceneAt(state.chapter.value, state.scene.value);
  if (!shown || shown.id === documentScene) return undefined;
  documentScene = shown.id;
  if (isRunning()) stop();
  const { settings } = shown;
  setDocument("tour", newDocument(settings));
  return { name: recordingOf(shown), document: "tour", settings };
}

function openSettings({ settings, digests, run }: Location, isFirst: boolean): WantedRecording | undefined {
  const { compare, tour } = state.histories;
  const link = writeLink(settings);
  const matches = (document: RunDocument): boolean => writeLink(document.settings) === link;
  const { present } = compare.peek();
  if (isFirst) {
    const kept = run === undefined ? keptRun(settings, sessionStore()) : undefined;
    setDocument("compare", newDocument(settings, { digests, run: kept }));
    if (run === undefined && kept === undefined && digests.length > 0) state.notify("info", texts.share.opened.withoutRun);
  } else if (!matches(present)) {
    if (isRunning()) stop();
    const known = find(compare.peek(), matches) ?? (matches(tour.peek().present) ? tour.peek().present : undefined);
    openDocument(known ?? newDocument(settings, { digests }));
    if (present.run?.origin === "live") state.notify("info", texts.status.replaced, { label: texts.setup.undo, act: undo });
  } else if (digests.length > 0) expectDigests(digests);
  const isEmpty = compare.peek().present.run === undefined && run === undefined;
  const recorded = welcomeScenes.find((welcome) => isSceneOf(welcome, settings));
  return isEmpty && recorded ? { name: welcomeRecording(recorded), document: "compare", settings } : undefined;
}

/** Shows the run of a link in place of what is shown, which can be had back by undoing. Without it, its settings are shown. */
async function showLinkedRun({ run, digests }: Location, plays: boolean): Promise<void> {
  const part = await importPart(() => import("../share/run-link.ts"));
  if (!part) return;
  const { RunLinkError, unpackRun } = part;
  const { compare } = state.histories;
  const before = compare.peek().present;
  if (packedOf(before) === run) return;
  try {
    const trace = await unpackRun(run!);
    if (compare.peek().present !== before) return;
    rememberPacked(trace, run!);
    const opened = { ...documentOf(trace, settingsOf(trace), "link"), digests };
    if (before.run) openDocument(opened);
    else setDocument("compare", opened);
    play("compare", plays);
  } catch (error) {
    if (!(error instanceof RunLinkError)) throw error;
    state.notify("error", texts.share.opened.problems[error.problem]);
  }
}

/** Shows a recording, unless something else is shown by the time it has loaded. */
async function showRecording({ name, document, settings }: WantedRecording, plays: boolean): Promise<void> {
  const trace = await fetchRecording(name);
  const { present } = state.histories[document].peek();
  if (!trace || present.run || writeLink(present.settings) !== writeLink(settings)) return;
  setDocument(document, { ...documentOf(trace, settings, "recorded"), digests: present.digests });
  play(document, plays);
}

/** Plays the run of a document from its start, if it is on the shown page. */
function play(document: state.DocumentName, plays: boolean): void {
  if (plays && document === state.documentName.peek() && isRunShown.peek()) playFromStart();
}
