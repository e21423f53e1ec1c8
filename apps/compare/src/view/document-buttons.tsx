import { useRef } from "preact/hooks";
import type { RunDocument } from "../document/run-document.ts";
import { isRunning } from "../lab/activity.ts";
import { canRedo, canUndo, expectDigests, redo, undo } from "../lab/documents.ts";
import { openTrace, saveTrace } from "../lab/files.ts";
import { outputOf } from "../lab/lane-figures.ts";
import { addressOf } from "../lab/navigation.ts";
import * as state from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { digestOf } from "../url/share-link.ts";
import { IconButton } from "./icons.tsx";

const t = texts.setup;

/** What can be done with the document as a whole: undo, redo, link, save and open. */
export function DocumentButtons() {
  return (
    <div class="document-buttons">
      <IconButton icon="undo" label={t.undo} onClick={undo} disabled={!canUndo.value || isRunning()} />
      <IconButton icon="redo" label={t.redo} onClick={redo} disabled={!canRedo.value || isRunning()} />
      <IconButton icon="link" label={t.share} onClick={() => void share()} />
      <IconButton icon="save" label={t.exportTrace} onClick={saveTrace} disabled={!state.trace.value || isRunning()} />
      <OpenButton />
    </div>
  );
}

async function share(): Promise<void> {
  expectDigests(digestsOf(state.shownDocument.value));
  // The address follows the state; it is written now, not at the next turn, because it is copied from the bar.
  history.replaceState(null, "", addressOf("compare"));
  try {
    await navigator.clipboard.writeText(location.href);
    state.notify("info", texts.status.linkCopied);
  } catch {
    state.notify("info", texts.status.linkShown);
  }
}

/** Returns the digests of the outputs, whatever place the replay is at; none if the results are not those of the settings. */
function digestsOf({ run }: RunDocument): readonly string[] {
  const isComplete = run?.trace.lanes.every(({ result }) => result !== undefined) ?? false;
  return !run || !isComplete || state.staleness.value ? [] : run.trace.lanes.map((lane) => digestOf(outputOf(lane)));
}

function OpenButton() {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="open" label={t.importTrace} onClick={() => picker.current!.click()} disabled={isRunning()} />
      <input
        ref={picker}
        type="file"
        accept=".jsonl,application/jsonl"
        hidden
        data-testid="trace-file"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) void openTrace(file);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
