import { useRef } from "preact/hooks";
import { isRunning } from "../../lab/activity.ts";
import {
  chooseSet,
  chosenSet,
  fileProblem,
  openedSet,
  openPromptFile,
  ownPrompts,
  type SetChoice,
  setChoice,
} from "../../lab/prompt-sets.ts";
import { builtInSets } from "../../prompt-sets/built-in-sets.ts";
import { texts } from "../../texts/texts.ts";

const t = texts.sets;

/** The choice of a set: built in, written here, or from a file. */
export function SetChoiceForm() {
  const choice = setChoice.value;
  const file = openedSet.value;
  return (
    <div class="set-choice">
      <div class="set-choice-row">
        <select
          aria-label={t.choose}
          value={choice}
          disabled={isRunning()}
          onChange={(event) => chooseSet(event.currentTarget.value as SetChoice)}
        >
          {builtInSets.map(({ name, prompts }) => (
            <option key={name} value={name}>
              {t.ofCount(t.builtIn[name], prompts.length)}
            </option>
          ))}
          {file && <option value="file">{t.ofCount(file.name, file.prompts.length)}</option>}
          <option value="own">{t.own}</option>
        </select>
        <FileButton />
      </div>
      <p class="problem" role="alert">
        {fileProblem.value}
      </p>
      {choice === "own" ? <OwnPrompts /> : <ChosenPrompts />}
    </div>
  );
}

function FileButton() {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" disabled={isRunning()} onClick={() => picker.current!.click()}>
        {t.open}
      </button>
      <input
        ref={picker}
        class="sr-only"
        type="file"
        tabIndex={-1}
        aria-hidden="true"
        accept=".txt,.jsonl,.ndjson,.csv,.tsv,text/plain,text/csv"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) void openPromptFile(file);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

function OwnPrompts() {
  const chosen = chosenSet.value;
  const isEmpty = ownPrompts.value.trim() === "";
  return (
    <div class="field">
      <label for="own-prompts">{t.paste}</label>
      <textarea
        id="own-prompts"
        rows={7}
        value={ownPrompts.value}
        disabled={isRunning()}
        aria-describedby="own-prompts-state"
        onInput={(event) => (ownPrompts.value = event.currentTarget.value)}
      />
      <p id="own-prompts-state" class={"problem" in chosen && !isEmpty ? "problem" : "hint"} aria-live="polite">
        {"set" in chosen ? t.count(chosen.set.prompts.length) : isEmpty ? t.fileHelp : chosen.problem}
      </p>
    </div>
  );
}

function ChosenPrompts() {
  const chosen = chosenSet.value;
  if ("problem" in chosen) return null;
  const { name, prompts } = chosen.set;
  return (
    <>
      <p class="hint">{Object.hasOwn(t.help, name) ? t.help[name as keyof typeof t.help] : t.fileHelp}</p>
      <details>
        <summary>{t.show(prompts.length)}</summary>
        <ol class="set-prompts">
          {prompts.map((prompt, index) => (
            <li key={index} dir="auto">
              {prompt}
            </li>
          ))}
        </ol>
      </details>
    </>
  );
}
