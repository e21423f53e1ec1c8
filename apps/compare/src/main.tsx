import { effect } from "@preact/signals";
import { render } from "preact";
import { openRecording } from "./lab/files.ts";
import { canMakeLane } from "./lab/decoders.ts";
import { isRunning, stop } from "./lab/activity.ts";
import { goTo, startPlayback, step, togglePlay } from "./lab/playback.ts";
import * as state from "./lab/state.ts";
import { defaultSettings, type Settings } from "./url/settings.ts";
import { readLink, writeLink } from "./url/share-link.ts";
import { startOffline } from "./offline/offline.ts";
import { texts } from "./texts/en.ts";
import { chapters } from "./texts/tour-en.ts";
import { App, hasTransport } from "./view/app.tsx";
import { applyTheme } from "./view/header.tsx";

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** Applies the page's URL: its route, settings, and recorded run. */
async function applyLocation(): Promise<void> {
  if (isRunning()) stop();
  const location = readLink(globalThis.location.hash, (lane) => canMakeLane(lane, state.plugins.value));
  const { route, settings, digests, ignored } = location;
  const { chapter, scene, shown } = placeInTour(location);
  const wasMeasuring = state.route.value === "measure";
  if (ignored.length > 0) state.notify("info", texts.status.ignored(ignored.join(", ")));
  state.chapter.value = chapter;
  state.scene.value = scene;
  state.settings.value = route === "tour" ? shown.settings : settings;
  state.expectedDigests.value = digests;
  state.route.value = route;
  document.title =
    route === "compare" ? texts.title : `${route === "tour" ? chapters[chapter - 1]!.title : texts.routes[route]} · ${texts.title}`;
  window.scrollTo({ top: 0 });
  if (route === "tour") await showRecording(`chapter-${chapter}-${scene}`);
  else if (route === "measure" || (wasMeasuring && isShownWith(settings))) return;
  else if (route === "compare" && writeLink(settings) === writeLink(defaultSettings)) await showRecording("welcome");
  else state.trace.value = undefined;
}

/** Whether the shown run was made with these settings. */
function isShownWith({ prompt, maxNewTokens, lanes }: Settings): boolean {
  const shown = state.trace.value;
  return (
    shown?.prompt === prompt &&
    shown.maxNewTokens === maxNewTokens &&
    shown.lanes.map(({ specification }) => specification).join("\n") === lanes.join("\n")
  );
}

function placeInTour({ chapter, scene }: { readonly chapter: number; readonly scene: number }) {
  const { scenes } = chapters[chapter - 1]!;
  const shown = scenes[scene - 1];
  return shown ? { chapter, scene, shown } : { chapter, scene: 1, shown: scenes[0] };
}

async function showRecording(name: string): Promise<void> {
  state.trace.value = undefined;
  if (!(await openRecording(name)) || reducedMotion.matches) return;
  state.axis.value = "passes";
  state.speed.value = 1;
  goTo(0);
  togglePlay();
}

/** Writes the settings to the URL, so that a reload restores them. */
function syncUrl(): void {
  effect(() => {
    const route = state.route.value;
    if (route !== "compare" && route !== "measure") return;
    const link = writeLink(state.settings.value, state.expectedDigests.value, route);
    if (link !== (globalThis.location.hash || "#/")) history.replaceState(null, "", link);
  });
}

function onKeyDown(event: KeyboardEvent): void {
  const target = event.target as Element;
  if (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    target.closest("input, textarea, select, button, a, dialog, summary, [role=listbox]")
  )
    return;
  const moves: Readonly<Record<string, () => void>> = {
    " ": togglePlay,
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    Home: () => goTo(0),
    End: () => goTo(Infinity),
  };
  const move = moves[event.key];
  if (!move || !hasTransport(state.route.value)) return;
  event.preventDefault();
  move();
}

const MILLISECONDS_TO_FIRST_LAYOUT = 400;
const FONTS = ['1rem "Inter Variable"', '1rem "Source Serif 4 Variable"'];

applyTheme();
startPlayback();
const applied = applyLocation().then(syncUrl);
const fonts = FONTS.map((font) => document.fonts.load(font).catch(() => undefined));
// Rendering after the recording and the fonts have loaded avoids a second layout. The wait is limited.
void Promise.race([Promise.all([applied, ...fonts]), new Promise((resolve) => setTimeout(resolve, MILLISECONDS_TO_FIRST_LAYOUT))]).then(
  () => render(<App />, document.getElementById("app")!),
);
addEventListener("hashchange", () => void applyLocation());
addEventListener("keydown", onKeyDown);
startOffline(({ reason }) => state.notify("info", texts.status.notStored(reason)));
