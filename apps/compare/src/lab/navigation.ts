import { batch, computed, type ReadonlySignal } from "@preact/signals";
import { find } from "../document/history.ts";
import { keptRun } from "../document/kept-run.ts";
import { documentOf, newDocument, type RunDocument } from "../document/run-document.ts";
import { texts } from "../texts/texts.ts";
import { chapters } from "../texts/tour-en.ts";
import { tourLink } from "../tour/chapter.ts";
import type { Settings } from "../url/settings.ts";
import { type Location, readLink, writeLink } from "../url/share-link.ts";
import { isSceneOf, welcomeRecording, welcomeScenes } from "../welcome/welcome-scenes.ts";
import { isRunning, stop } from "./activity.ts";
import { canMakeLane } from "./decoders.ts";
import { expectDigests, openDocument, setDocument, undo } from "./documents.ts";
import { fetchRecording } from "./files.ts";
import { goTo, switchReplay, togglePlay } from "./playback.ts";
import * as state from "./state.ts";

/*
 * The address follows from the state and nothing else: `address` is the hash of what is shown, and `openAddress` shows what a hash names.
 * Pages link to each other with `addressOf`, so the visitor's own document is never replaced by walking about.
 */

/** Returns the hash of a page: the compare and measure pages have the visitor's document in it, the tour the shown scene. */
export function addressOf(route: Location["route"]): string {
  const { settings, digests } = state.histories.compare.value.present;
  switch (route) {
    case "compare":
      return writeLink(settings, digests);
    case "measure":
      return writeLink(settings, [], route);
    case "tour":
      return tourLink(state.chapter.value, state.scene.value);
    default:
      return `#/${route}`;
  }
}

/** The hash of what is shown. */
export const address: ReadonlySignal<string> = computed(() => addressOf(state.route.value));

interface OpenOptions {
  /** Whether the page has just been opened: there is nothing yet that could be lost. */
  readonly isFirst: boolean;
  /** Whether recordings start playing. */
  readonly plays: boolean;
}

/** Shows what a hash names. What it replaces can be had back by undoing. Resolves once a recording, if there is one, is shown. */
export async function openAddress(hash: string, { isFirst, plays }: OpenOptions): Promise<void> {
  const location = readLink(hash, (lane) => canMakeLane(lane, state.plugins.value));
  const before = state.documentName.peek();
  const isOtherPage = isFirst || state.route.peek() !== location.route;
  if (state.activity.peek().kind === "measuring" && location.route !== "measure") stop();
  const recording = batch(() => {
    if (location.ignored.length > 0) state.notify("info", texts.status.ignored(location.ignored.join(", ")));
    state.route.value = location.route;
    switchReplay(before, state.documentName.value);
    if (location.route === "tour") return openScene(location);
    if (location.route === "about") return undefined;
    return openSettings(location, isFirst);
  });
  state.awaitsRecording.value = recording !== undefined;
  if (isOtherPage) globalThis.scrollTo?.({ top: 0 });
  if (recording) await showRecording(recording, plays).finally(() => (state.awaitsRecording.value = false));
}

/** A recording to show in a document, as long as it has these settings. */
interface WantedRecording {
  readonly name: string;
  readonly document: state.DocumentName;
  readonly settings: Settings;
}

/** The scene whose document the tour holds. */
let shownScene = "";

function openScene({ chapter, scene }: Location): WantedRecording | undefined {
  const { scenes } = chapters[chapter - 1]!;
  const number = scenes[scene - 1] ? scene : 1;
  state.chapter.value = chapter;
  state.scene.value = number;
  const name = `chapter-${chapter}-${number}`;
  if (name === shownScene) return undefined;
  shownScene = name;
  if (isRunning()) stop();
  const { settings } = scenes[number - 1]!;
  setDocument("tour", newDocument(settings));
  return { name, document: "tour", settings };
}

function openSettings({ settings, digests }: Location, isFirst: boolean): WantedRecording | undefined {
  const { compare, tour } = state.histories;
  const link = writeLink(settings);
  const matches = (document: RunDocument): boolean => writeLink(document.settings) === link;
  const { present } = compare.peek();
  if (isFirst) setDocument("compare", newDocument(settings, { digests, run: keptRun(settings, sessionStorage) }));
  else if (!matches(present)) {
    if (isRunning()) stop();
    const known = find(compare.peek(), matches) ?? (matches(tour.peek().present) ? tour.peek().present : undefined);
    openDocument(known ?? newDocument(settings, { digests }));
    if (present.run?.origin === "live") state.notify("info", texts.status.replaced, { label: texts.setup.undo, act: undo });
  } else if (digests.length > 0) expectDigests(digests);
  const isEmpty = compare.peek().present.run === undefined;
  const recorded = welcomeScenes.find((welcome) => isSceneOf(welcome, settings));
  return isEmpty && recorded ? { name: welcomeRecording(recorded), document: "compare", settings } : undefined;
}

/** Shows a recording, unless something else is shown by the time it has loaded. */
async function showRecording({ name, document, settings }: WantedRecording, plays: boolean): Promise<void> {
  const trace = await fetchRecording(name);
  const { present } = state.histories[document].peek();
  if (!trace || present.run || writeLink(present.settings) !== writeLink(settings)) return;
  setDocument(document, { ...documentOf(trace, settings, "recorded"), digests: present.digests });
  if (!plays || document !== state.documentName.peek()) return;
  batch(() => {
    state.axis.value = "passes";
    state.speed.value = 1;
    goTo(0);
    togglePlay();
  });
}
