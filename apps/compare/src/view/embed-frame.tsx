import { isRunning } from "../lab/activity.ts";
import { addressInFull } from "../lab/navigation.ts";
import * as state from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { LaneGrid } from "./lane-grid.tsx";
import { Progress } from "./progress.tsx";
import { RunButton } from "./setup.tsx";
import { Transport } from "./transport.tsx";

/** The page as a frame of another page: the lanes with their legend, the replay, and a link to the whole page. */
export function EmbedFrame() {
  return (
    <main id="main" class="embed" data-route="compare" data-runs={state.endedRuns.value}>
      <header class="embed-bar">
        <h1>{texts.title}</h1>
        <a href={addressInFull.value} target="_blank" rel="noopener">
          {texts.share.embed.open}
        </a>
      </header>
      {(!state.trace.value || isRunning()) && (
        <>
          <RunButton />
          <Progress />
        </>
      )}
      <LaneGrid canChange={false} />
      <Transport />
    </main>
  );
}
