import { effect } from "@preact/signals";
import { render } from "preact";
import { keepDocument, sessionStore } from "./document/kept-document.ts";
import { redo, undo } from "./lab/documents.ts";
import { isRunning } from "./lab/activity.ts";
import { isRunShown } from "./lab/bets.ts";
import { address, openAddress } from "./lab/navigation.ts";
import { goTo, startPlayback, step, togglePlay } from "./lab/playback.ts";
import * as state from "./lab/state.ts";
import { keepLoadedScripts, startOffline } from "./offline/offline.ts";
import { textLanguage, texts } from "./texts/texts.ts";
import { chapters } from "./tour/scenes.ts";
import { App } from "./view/app.tsx";
import { applyTheme } from "./view/header.tsx";
import { loadLater } from "./view/later.ts";

const plays = !matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Keeps the address and the title of the page equal to what is shown. */
function followState(): void {
  effect(() => {
    const hash = address.value;
    if (hash !== (location.hash || "#/")) history.replaceState(null, "", hash);
  });
  effect(() => {
    const route = state.route.value;
    const page = route === "tour" ? texts.tour.chapterTitles[chapters[state.chapter.value - 1]!.id] : texts.routes[route];
    document.title = route === "compare" ? texts.title : `${page} · ${texts.title}`;
  });
}

function onKeyDown(event: KeyboardEvent): void {
  const target = event.target as Element;
  const isInControl = target.closest("input, textarea, select, button, a, dialog, summary, [role=listbox]") !== null;
  const move =
    (event.ctrlKey || event.metaKey) && !event.altKey ? historyKey(event) : isInControl || event.altKey ? undefined : replayKey(event);
  if (!move) return;
  event.preventDefault();
  move();
}

/** Undo and redo, except in fields, which have their own. */
function historyKey(event: KeyboardEvent): (() => void) | undefined {
  if ((event.target as Element).closest("input, textarea, select, dialog") || isRunning()) return undefined;
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? redo : undo;
  return key === "y" ? redo : undefined;
}

function replayKey({ key }: KeyboardEvent): (() => void) | undefined {
  const moves: Readonly<Record<string, () => void>> = {
    " ": togglePlay,
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    Home: () => goTo(0),
    End: () => goTo(Infinity),
  };
  return isRunShown.value ? moves[key] : undefined;
}

const MILLISECONDS_TO_FIRST_LAYOUT = 1500;
/** After the start page is drawn, so that they do not hold it up. */
const MILLISECONDS_TO_OTHER_PAGES = 300;
/** Fonts that the first layout needs. On a phone, nothing moves when the serifs come. */
const FONTS = ['1rem "Inter Variable"', ...(matchMedia("(max-width: 48rem)").matches ? [] : ['1rem "Source Serif 4 Variable"'])];

document.documentElement.lang = textLanguage;
applyTheme();
startPlayback();
const opened = openAddress(location.hash, { isFirst: true, plays });
followState();
const fonts = FONTS.map((font) => document.fonts.load(font).catch(() => undefined));
// Rendering after the recording and the fonts have loaded avoids a second layout. The wait is limited.
const others = state.route.peek() === "compare" ? undefined : loadLater();
const wait = new Promise((resolve) => setTimeout(resolve, MILLISECONDS_TO_FIRST_LAYOUT));
void Promise.race([Promise.all([opened, others, ...fonts]), wait]).then(() => {
  render(<App />, document.getElementById("app")!);
  setTimeout(() => void loadLater(), MILLISECONDS_TO_OTHER_PAGES);
});
addEventListener("hashchange", () => {
  // The page itself replaces the address without an event; the visitor's links and typing come here.
  if (location.hash !== address.peek()) void openAddress(location.hash, { isFirst: false, plays });
});
addEventListener("keydown", onKeyDown);
addEventListener("pagehide", () => keepDocument(state.histories.compare.peek().present, sessionStore()));
startOffline(({ reason }) => state.notify("info", texts.status.notStored(reason)));
if (textLanguage !== "en") void keepLoadedScripts();
