import { useEffect } from "preact/hooks";
import { isRunShown } from "../lab/bets.ts";
import { endedRuns, isEmbedded, route } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import type { Route } from "../url/share-link.ts";
import { EmbedFrame } from "./embed-frame.tsx";
import { Header } from "./header.tsx";
import { Inspector } from "./inspector.tsx";
import { LaneGrid } from "./lane-grid.tsx";
import { later, loadLater } from "./later.ts";
import { Notices } from "./notices.tsx";
import { RunNotes } from "./run-notes.tsx";
import { Setup } from "./setup.tsx";
import { StatusLine } from "./status-line.tsx";
import { Transport } from "./transport.tsx";
import { WelcomeChoice } from "./welcome-choice.tsx";

export function App() {
  return isEmbedded.value && route.value === "compare" ? <EmbedFrame /> : <Page />;
}

function Page() {
  const shown = route.value;
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>
        {texts.skip}
      </a>
      <Header />
      <main id="main" tabIndex={-1} data-route={shown} data-runs={endedRuns.value}>
        <Notices />
        {shown === "compare" ? <ComparePage /> : <OtherPage name={shown} />}
        {isRunShown.value && (
          <>
            <Transport />
            <Inspector />
          </>
        )}
      </main>
    </>
  );
}

function OtherPage({ name }: { readonly name: Exclude<Route, "compare"> }) {
  const parts = later.value;
  useEffect(() => {
    if (!parts) void loadLater();
  }, [parts, name]);
  if (!parts) return null;
  const Shown = { about: parts.AboutPage, tour: parts.TourPage, measure: parts.MeasurePage, sets: parts.SetsPage }[name];
  return <Shown />;
}

function ComparePage() {
  return (
    <>
      <div class="welcome-bar">
        <h1 class="tagline">{texts.tagline}</h1>
        <WelcomeChoice />
      </div>
      <Setup />
      <StatusLine />
      <LaneGrid canChange />
      <RunNotes />
    </>
  );
}

/** Focuses the main element without following the link: the URL hash holds the state of the page. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
