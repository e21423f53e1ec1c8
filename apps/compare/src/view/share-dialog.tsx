import { useState } from "preact/hooks";
import { isRunning } from "../lab/activity.ts";
import { importPart } from "../lab/import-part.ts";
import { texts } from "../texts/texts.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icons.tsx";
import type { SharePanel } from "./share/share-panel.tsx";

/** Opens a dialog with all ways to share what is shown. Its content is fetched when it is first opened. */
export function ShareButton() {
  const [isOpen, setOpen] = useState(false);
  const [Panel, setPanel] = useState<typeof SharePanel>();
  const open = async (): Promise<void> => {
    setOpen(true);
    const loaded = await importPart(() => import("./share/share-panel.tsx"));
    if (loaded) setPanel(() => loaded.SharePanel);
    else setOpen(false);
  };
  return (
    <>
      <button type="button" class="share" aria-label={texts.share.button} onClick={() => void open()} disabled={isRunning()}>
        <Icon name="share" />
        <span>{texts.share.button}</span>
      </button>
      <Dialog heading={texts.share.heading} isOpen={isOpen} onClose={() => setOpen(false)}>
        {Panel && <Panel />}
      </Dialog>
    </>
  );
}
