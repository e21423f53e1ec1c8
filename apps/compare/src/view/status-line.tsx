import { activity, route, trace } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { Progress } from "./progress.tsx";
import { RaceVerdict } from "./race-verdict.tsx";

/** One line between the settings and the lanes: what is being done, or what can be done with the result. */
export function StatusLine() {
  const isIdle = activity.value.kind === "idle";
  return (
    <div class="status-line">
      {!isIdle && <Progress />}
      {isIdle && route.value === "compare" && <RaceVerdict />}
      {trace.value && <p class="hint">{texts.legend.select}</p>}
    </div>
  );
}
