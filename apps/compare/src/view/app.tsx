import { endedRuns, route, trace } from "../lab/state.ts";
import type { Route } from "../url/share-link.ts";
import { texts } from "../texts/en.ts";
import { AboutPage } from "./about-page.tsx";
import { Charts } from "./charts.tsx";
import { Header } from "./header.tsx";
import { Inspector } from "./inspector.tsx";
import { LaneGrid } from "./lane-grid.tsx";
import { Legend } from "./legend.tsx";
import { MeasurePage } from "./measure-page.tsx";
import { Notices } from "./notices.tsx";
import { Progress } from "./progress.tsx";
import { Setup } from "./setup.tsx";
import { TourPage } from "./tour-page.tsx";
import { Transport } from "./transport.tsx";

export function App() {
  const shown = route.value;
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>
        {texts.skip}
      </a>
      <Header />
      <main id="main" tabIndex={-1} data-route={shown} data-runs={endedRuns.value}>
        <Notices />
        {shown === "about" && <AboutPage />}
        {shown === "tour" && <TourPage />}
        {shown === "measure" && <MeasurePage />}
        {shown === "compare" && <ComparePage />}
        {hasTransport(shown) && <RunDetails />}
      </main>
    </>
  );
}

/** Whether a page shows a run that can be replayed. */
export function hasTransport(page: Route): boolean {
  return page === "compare" || page === "tour";
}

function ComparePage() {
  return (
    <>
      <h1 class="tagline">{texts.tagline}</h1>
      <Setup />
      <Progress />
      <LaneGrid canChange />
      <p class="hint turns">{texts.setup.turns}</p>
      <OpenedFile />
    </>
  );
}

/** The file of the shown run's model, and why it was chosen. */
function OpenedFile() {
  const { name, file } = trace.value?.model ?? {};
  return file && <p class="hint turns">{texts.setup.opened(name!, file.path, file.reason)}</p>;
}

/** The parts that the compare and tour pages share: replay, legend, inspector and charts. */
function RunDetails() {
  return (
    <>
      {route.value === "tour" && <Progress />}
      <Transport />
      <Legend />
      <div class="details">
        <Inspector />
        <Charts />
      </div>
    </>
  );
}

/** Focuses the main element without following the link: the URL hash holds the state of the page. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
