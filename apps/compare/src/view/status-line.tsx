import { trace } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { Progress } from "./progress.tsx";

/** One line between the settings and the lanes: what is being done, or what can be done with the result. */
export function StatusLine() {
  return (
    <div class="status-line">
      <Progress />
      {trace.value && <p class="hint">{texts.legend.select}</p>}
    </div>
  );
}
