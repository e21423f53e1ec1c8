import { useEffect, useRef, useState } from "preact/hooks";
import { embedCode, linkWithRun, type SharedLink } from "../../lab/share-run.ts";
import * as state from "../../lab/state.ts";
import { texts } from "../../texts/texts.ts";
import { copy } from "./copy.ts";
import { pageUrl } from "./link-section.tsx";
import { Result, Section } from "./section.tsx";

const t = texts.share.embed;

/** Copies the code of a frame with the run, and shows it. */
export function EmbedSection() {
  const shown = state.shownDocument.value;
  const field = useRef<HTMLTextAreaElement>(null);
  const [link, setLink] = useState<SharedLink>();
  const [result, setResult] = useState("");
  useEffect(() => void linkWithRun(pageUrl(), shown, true).then(setLink), [shown]);
  const code = link ? embedCode(link.url) : "";
  return (
    <Section name={t.heading} explain={t.explain}>
      <div class="share-actions">
        <button
          type="button"
          disabled={!link}
          onClick={() => void copy(code, field.current!).then((isCopied) => setResult(isCopied ? t.copied : t.shown))}
        >
          {t.copy}
        </button>
      </div>
      {link?.run === "too-long" && <p class="hint">{t.tooLong}</p>}
      <textarea ref={field} class="share-field code" readOnly rows={3} spellcheck={false} aria-label={t.field} value={code} />
      <Result>{result}</Result>
    </Section>
  );
}
