import { useEffect, useState } from "preact/hooks";
import { isRunning, stop } from "../lab/activity.ts";
import { changeSettings } from "../lab/documents.ts";
import { run } from "../lab/run-lanes.ts";
import * as state from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { type ExecutionChoice, MAX_NEW_TOKENS, MAX_PROMPT_LENGTH } from "../url/settings.ts";
import { DocumentButtons } from "./document-buttons.tsx";
import { Icon } from "./icons.tsx";
import { ChatField } from "./model/chat-field.tsx";
import { later, loadLater } from "./later.ts";
import { openDialog } from "./model/open-dialog.ts";
import { useDroppedFiles } from "./model/use-dropped-files.ts";
import { ModelField } from "./model/model-field.tsx";

const t = texts.setup;

/** The prompt and Run. The other settings are folded away once a run is shown, until the visitor opens them. */
export function Setup() {
  const [chosen, setChosen] = useState<boolean>();
  const isOpen = chosen ?? (!state.trace.value && !state.awaitsRecording.value);
  return (
    <section class="setup" aria-label={t.heading} data-open={isOpen ? "" : undefined}>
      <div class="setup-bar">
        <label for="prompt">{t.prompt}</label>
        <textarea
          id="prompt"
          dir="auto"
          rows={1}
          maxLength={MAX_PROMPT_LENGTH}
          value={state.settings.value.prompt}
          onInput={(event) => changeSettings({ prompt: event.currentTarget.value })}
        />
        <button
          type="button"
          class="fold"
          aria-label={t.settings}
          aria-expanded={isOpen}
          aria-controls="settings"
          onClick={() => setChosen(!isOpen)}
        >
          <Icon name="sliders" />
          <span>{t.settings}</span>
        </button>
        <DocumentButtons />
        <RunButton />
      </div>
      <ChatField isOpen={isOpen} />
      <div id="settings" class="setup-row" hidden={!isOpen}>
        {isOpen && <SettingFields />}
      </div>
      <ModelDialogPlace />
    </section>
  );
}

function SettingFields() {
  const { maxNewTokens, seed } = state.settings.value;
  return (
    <>
      <Examples />
      <NumberField
        id="tokens"
        label={t.maxNewTokens}
        value={maxNewTokens}
        minimum={1}
        maximum={MAX_NEW_TOKENS}
        onChange={(value) => changeSettings({ maxNewTokens: value })}
      />
      <NumberField
        id="seed"
        label={t.seed}
        value={seed}
        minimum={0}
        maximum={Number.MAX_SAFE_INTEGER}
        onChange={(value) => changeSettings({ seed: value })}
      />
      <ModelField />
      <ExecutionField />
    </>
  );
}

function Examples() {
  return (
    <div class="field">
      <label for="examples">{t.examples}</label>
      <select
        id="examples"
        value=""
        onChange={(event) => {
          if (event.currentTarget.value) changeSettings({ prompt: event.currentTarget.value });
          event.currentTarget.value = "";
        }}
      >
        <option value="">{t.chooseExample}</option>
        {texts.examples.map((example) => (
          <option key={example} value={example}>
            {example}
          </option>
        ))}
      </select>
    </div>
  );
}

interface NumberFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly onChange: (value: number) => void;
}

function NumberField({ id, label, value, minimum, maximum, onChange }: NumberFieldProps) {
  return (
    <div class="field number-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={minimum}
        max={maximum}
        step={1}
        value={value}
        onChange={(event) => {
          const chosen = Math.round(Number(event.currentTarget.value));
          if (Number.isFinite(chosen)) onChange(Math.min(maximum, Math.max(minimum, chosen)));
        }}
      />
    </div>
  );
}

function ExecutionField() {
  return (
    <div class="field">
      <label for="execution">{t.execution}</label>
      <select
        id="execution"
        value={state.settings.value.execution}
        onChange={(event) => changeSettings({ execution: event.currentTarget.value as ExecutionChoice })}
      >
        {Object.entries(t.executions).map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}

export function RunButton({ label = t.run }: { readonly label?: string }) {
  const busy = isRunning();
  return (
    <button type="button" class="primary run" data-busy={busy ? "" : undefined} onClick={() => (busy ? stop() : void run())}>
      <Icon name={busy ? "stop" : "play"} />
      {busy ? t.stop : label}
    </button>
  );
}

/** The dialog to choose a model, once it is fetched. Files that are dropped on the page open it. */
function ModelDialogPlace() {
  useDroppedFiles();
  const parts = later.value;
  const isWanted = openDialog.value !== undefined;
  useEffect(() => {
    if (isWanted && !parts) void loadLater();
  }, [isWanted, parts]);
  return parts ? <parts.ModelDialog /> : null;
}
