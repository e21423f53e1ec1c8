import { useState } from "preact/hooks";
import { canMakeLane } from "../../lab/decoders.ts";
import { laneProgram } from "../../lab/lane-program.ts";
import * as state from "../../lab/state.ts";
import { laneCode } from "../../share/lane-code.ts";
import { letters, texts } from "../../texts/texts.ts";
import { Result, Section } from "./section.tsx";
import { useCopy } from "./use-copy.ts";

const t = texts.share.code;

/** Shows and copies a program that runs one of the lanes. */
export function CodeSection() {
  const { field, copied, copy, forget } = useCopy<HTMLTextAreaElement>();
  const [chosen, choose] = useState(0);
  const settings = state.settings.value;
  const programs = settings.lanes.flatMap(({ decoder }, index) =>
    canMakeLane(decoder, state.plugins.value) ? [{ index, program: laneProgram(settings, index) }] : [],
  );
  const shown = programs.find(({ index }) => index === chosen) ?? programs[0];
  if (!shown) return null;
  const code = laneCode(shown.program);
  return (
    <Section name={t.heading} explain={t.explain}>
      <div class="share-actions">
        <select
          aria-label={t.lane}
          value={shown.index}
          onChange={(event) => {
            choose(Number(event.currentTarget.value));
            forget();
          }}
        >
          {programs.map(({ index, program }) => (
            <option key={index} value={index}>
              {texts.lane.name(letters[index]!, program.title)}
            </option>
          ))}
        </select>
        <button type="button" onClick={() => copy(code)}>
          {t.copy}
        </button>
        <Result>{copied ? (copied.isCopied ? t.copied : t.shown) : ""}</Result>
      </div>
      <textarea ref={field} class="share-field code" readOnly rows={8} wrap="off" spellcheck={false} aria-label={t.field} value={code} />
    </Section>
  );
}
