import { trace } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { Charts } from "./charts.tsx";

/** Below the lanes: their charts, how the run was made, and the file of its model. */
export function RunNotes() {
  const { name, file } = trace.value?.model ?? {};
  return (
    <>
      <Charts />
      <p class="hint turns">{texts.setup.turns}</p>
      {file && <p class="hint turns">{texts.setup.opened(name!, file.path, file.reason)}</p>}
    </>
  );
}
