import { useEffect, useState } from "preact/hooks";
import { linkWithoutRun, linkWithRun, type SharedLink } from "../../lab/share-run.ts";
import * as state from "../../lab/state.ts";
import { texts } from "../../texts/texts.ts";
import { Result, Section } from "./section.tsx";
import { useCopy } from "./use-copy.ts";

const t = texts.share.link;

/** Links of this length are known to be cut by some chat programs. */
const LONG = 4000;

export const pageUrl = (): string => location.href.split("#")[0]!;

/** Copies a link with the run or without it, and shows it. */
export function LinkSection() {
  const shown = state.shownDocument.value;
  const { field, copied, copy } = useCopy<HTMLInputElement>();
  const [whole, setWhole] = useState<SharedLink>();
  // Prepared in advance: some browsers allow to copy only right after a click.
  useEffect(() => void linkWithRun(pageUrl(), shown).then(setWhole), [shown]);
  const hasRun = whole !== undefined && whole.run !== "none" && whole.run !== "too-long";
  return (
    <Section name={t.heading} explain={hasRun ? t.explain : undefined}>
      <div class="share-actions">
        {shown.run && (
          <button type="button" class="primary" disabled={!hasRun} onClick={() => copy(whole!.url)}>
            {t.withRun}
          </button>
        )}
        <button type="button" onClick={() => copy(linkWithoutRun(pageUrl(), shown, state.staleness.value !== undefined).url)}>
          {t.withoutRun}
        </button>
      </div>
      {whole?.run === "too-long" && <p class="hint">{t.tooLong}</p>}
      {hasRun && whole.run in t.leftOut && <p class="hint">{t.leftOut[whole.run as keyof typeof t.leftOut]}</p>}
      <input ref={field} class="share-field" type="text" readOnly hidden={!copied} aria-label={t.field} value={copied?.text ?? ""} />
      <Result>{copied ? describe(copied) : ""}</Result>
    </Section>
  );
}

function describe({ text, isCopied }: { readonly text: string; readonly isCopied: boolean }): string {
  const result = (isCopied ? t.copied : t.shown)(text.length);
  return text.length > LONG ? `${result} ${t.long}` : result;
}
