import { useRef, useState } from "preact/hooks";
import { canMakeLane } from "../../lab/decoders.ts";
import { laneProgram } from "../../lab/lane-program.ts";
import * as state from "../../lab/state.ts";
import { laneCode } from "../../share/lane-code.ts";
import { letters, texts } from "../../texts/texts.ts";
import { copy } from "./copy.ts";
import { Result, Section } from "./section.tsx";

const t = texts.share.code;

/** Shows and copies a program that runs one of the lanes. */
export function CodeSection() {
  const field = useRef<HTMLTextAreaElement>(null);
  const [chosen, choose] = useState(0);
  const [result, setResult] = useState("");
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
            setResult("");
          }}
        >
          {programs.map(({ index, program }) => (
            <option key={index} value={index}>
              {texts.lane.name(letters[index]!, program.title)}
            </option>
          ))}
        </select>
        <button type="button" onClick={() => void copy(code, field.current!).then((isCopied) => setResult(isCopied ? t.copied : t.shown))}>
          {t.copy}
        </button>
      </div>
      <textarea ref={field} class="share-field code" readOnly rows={8} wrap="off" spellcheck={false} aria-label={t.field} value={code} />
      <Result>{result}</Result>
    </Section>
  );
}
