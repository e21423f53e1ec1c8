import { useEffect, useRef, useState } from "preact/hooks";
import { linkWithoutRun, linkWithRun, type SharedLink } from "../../lab/share-run.ts";
import * as state from "../../lab/state.ts";
import { texts } from "../../texts/texts.ts";
import { copy } from "./copy.ts";
import { Result, Section } from "./section.tsx";

const t = texts.share.link;

/** Links of this length are known to be cut by some chat programs. */
const LONG = 4000;

export const pageUrl = (): string => location.href.split("#")[0]!;

/** Copies a link with the run or without it, and shows it. */
export function LinkSection() {
  const shown = state.shownDocument.value;
  const field = useRef<HTMLInputElement>(null);
  const [whole, setWhole] = useState<SharedLink>();
  const [result, setResult] = useState<{ readonly url: string; readonly text: string }>();
  // Prepared in advance: some browsers allow to copy only right after a click.
  useEffect(() => void linkWithRun(pageUrl(), shown).then(setWhole), [shown]);
  const copyLink = async ({ url }: SharedLink): Promise<void> => {
    field.current!.value = url;
    const text = ((await copy(url, field.current!)) ? t.copied : t.shown)(url.length);
    setResult({ url, text: url.length > LONG ? `${text} ${t.long}` : text });
  };
  const hasRun = whole !== undefined && whole.run !== "none" && whole.run !== "too-long";
  return (
    <Section name={t.heading} explain={hasRun ? t.explain : undefined}>
      <div class="share-actions">
        {shown.run && (
          <button type="button" class="primary" disabled={!hasRun} onClick={() => void copyLink(whole!)}>
            {t.withRun}
          </button>
        )}
        <button type="button" onClick={() => void copyLink(linkWithoutRun(pageUrl(), shown, state.staleness.value !== undefined))}>
          {t.withoutRun}
        </button>
      </div>
      {whole?.run === "too-long" && <p class="hint">{t.tooLong}</p>}
      {hasRun && whole.run in t.leftOut && <p class="hint">{t.leftOut[whole.run as keyof typeof t.leftOut]}</p>}
      <input ref={field} class="share-field" type="text" readOnly hidden={!result} aria-label={t.field} value={result?.url ?? ""} />
      <Result>{result?.text ?? ""}</Result>
    </Section>
  );
}
