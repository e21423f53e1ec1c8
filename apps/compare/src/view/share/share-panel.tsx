import * as state from "../../lab/state.ts";
import { texts } from "../../texts/texts.ts";
import { CodeSection } from "./code-section.tsx";
import { EmbedSection } from "./embed-section.tsx";
import { FileSection } from "./file-section.tsx";
import { LinkSection } from "./link-section.tsx";
import { PictureSection } from "./picture-section.tsx";

/** All ways to share the shown document. */
export function SharePanel() {
  const { run } = state.shownDocument.value;
  return (
    <div class="share-panel">
      {!run && <p class="hint">{texts.share.nothing}</p>}
      <LinkSection />
      {run && <PictureSection trace={run.trace} />}
      {run && <FileSection />}
      <CodeSection />
      {run && <EmbedSection />}
    </div>
  );
}
