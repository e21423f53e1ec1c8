import { useState } from "preact/hooks";
import { fileName, saveTrace } from "../../lab/files.ts";
import * as state from "../../lab/state.ts";
import { texts } from "../../texts/texts.ts";
import { Result, Section } from "./section.tsx";

const t = texts.share.file;

/** Saves the run as a file. */
export function FileSection() {
  const [result, setResult] = useState("");
  return (
    <Section name={t.heading} explain={t.explain}>
      <div class="share-actions">
        <button
          type="button"
          onClick={() => {
            const bytes = saveTrace();
            if (bytes !== undefined) setResult(texts.share.pictures.saved(fileName(state.trace.value!, "jsonl"), bytes));
          }}
        >
          {t.save}
        </button>
        <Result>{result}</Result>
      </div>
    </Section>
  );
}
