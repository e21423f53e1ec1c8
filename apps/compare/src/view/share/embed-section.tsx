import { useEffect, useState } from "preact/hooks";
import { embedCode, linkWithRun, type SharedLink } from "../../lab/share-run.ts";
import * as state from "../../lab/state.ts";
import { texts } from "../../texts/texts.ts";
import { pageUrl } from "./link-section.tsx";
import { Result, Section } from "./section.tsx";
import { useCopy } from "./use-copy.ts";

const t = texts.share.embed;

/** Copies the code of a frame with the run, and shows it. */
export function EmbedSection() {
  const shown = state.shownDocument.value;
  const { field, copied, copy } = useCopy<HTMLTextAreaElement>();
  const [link, setLink] = useState<SharedLink>();
  useEffect(() => void linkWithRun(pageUrl(), shown, true).then(setLink), [shown]);
  const code = link ? embedCode(link.url) : "";
  return (
    <Section name={t.heading} explain={t.explain}>
      <div class="share-actions">
        <button type="button" disabled={!link} onClick={() => copy(code)}>
          {t.copy}
        </button>
        <Result>{copied ? (copied.isCopied ? t.copied : t.shown) : ""}</Result>
      </div>
      {link?.run === "too-long" && <p class="hint">{t.tooLong}</p>}
      <textarea ref={field} class="share-field code" readOnly rows={3} spellcheck={false} aria-label={t.field} value={code} />
    </Section>
  );
}
