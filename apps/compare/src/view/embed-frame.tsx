import { addressInFull } from "../lab/navigation.ts";
import * as state from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { Icon } from "./icons.tsx";
import { LaneGrid } from "./lane-grid.tsx";
import { Progress } from "./progress.tsx";
import { RunButton } from "./setup.tsx";
import { Transport } from "./transport.tsx";

/** The page as a frame of another page: the lanes with their legend, the replay, and a link to the whole page. */
export function EmbedFrame() {
  return (
    <main id="main" class="embed" data-route="compare" data-runs={state.endedRuns.value}>
      <h1 class="sr-only">{texts.title}</h1>
      {!state.trace.value && <RunButton />}
      <Progress />
      <LaneGrid canChange={false} />
      <Transport />
      <a class="embed-open" href={addressInFull.value} target="_blank" rel="noopener">
        <Icon name="open" />
        {texts.share.embed.open}
      </a>
    </main>
  );
}
