import { useRef } from "preact/hooks";
import { isRunning } from "../lab/activity.ts";
import { canRedo, canUndo, redo, undo } from "../lab/documents.ts";
import { openTrace } from "../lab/files.ts";
import { texts } from "../texts/texts.ts";
import { IconButton } from "./icons.tsx";
import { ShareButton } from "./share-dialog.tsx";

const t = texts.setup;

/** What can be done with the document as a whole: undo, redo, share and open. */
export function DocumentButtons() {
  return (
    <div class="document-buttons">
      <IconButton icon="undo" label={t.undo} onClick={undo} disabled={!canUndo.value || isRunning()} />
      <IconButton icon="redo" label={t.redo} onClick={redo} disabled={!canRedo.value || isRunning()} />
      <OpenButton />
      <ShareButton />
    </div>
  );
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
