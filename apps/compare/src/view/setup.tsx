import { useRef } from "preact/hooks";
import { changeSettings } from "../lab/change-settings.ts";
import { openTrace, saveTrace } from "../lab/files.ts";
import { finalTokens } from "../lab/lane-figures.ts";
import { run } from "../lab/run-lanes.ts";
import { isRunning, stop } from "../lab/activity.ts";
import * as state from "../lab/state.ts";
import { type ExecutionChoice, MAX_PROMPT_LENGTH, MAX_NEW_TOKENS } from "../url/settings.ts";
import { digestOf, writeLink } from "../url/share-link.ts";
import { texts } from "../texts/en.ts";
import { Icon } from "./icons.tsx";
import { ModelField } from "./model-field.tsx";

const t = texts.setup;

/** The prompt, model and numbers of a run, and its buttons. */
export function Setup() {
  const { prompt, maxNewTokens, seed } = state.settings.value;
  return (
    <section class="setup" aria-label={t.heading}>
      <div class="field prompt-field">
        <label for="prompt">{t.prompt}</label>
        <textarea
          id="prompt"
          rows={2}
          maxLength={MAX_PROMPT_LENGTH}
          value={prompt}
          onInput={(event) => changeSettings({ prompt: event.currentTarget.value })}
        />
        <Examples />
      </div>
      <div class="setup-row">
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
        <div class="actions">
          <RunButton />
          <ShareButton />
          <FileButtons />
        </div>
      </div>
    </section>
  );
}

function Examples() {
  return (
    <select
      class="examples"
      aria-label={t.examples}
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

function ShareButton() {
  const share = async (): Promise<void> => {
    const isLive = state.traceOrigin.value === "live" && !isRunning();
    const digests = isLive ? state.laneStates.value.map((lane) => digestOf(finalTokens(lane))) : [];
    history.replaceState(null, "", writeLink(state.settings.value, digests));
    try {
      await navigator.clipboard.writeText(location.href);
      state.notify("info", texts.status.linkCopied);
    } catch {
      state.notify("info", texts.status.linkShown);
    }
  };
  return (
    <button type="button" onClick={() => void share()}>
      <Icon name="link" />
      {t.share}
    </button>
  );
}

function FileButtons() {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={saveTrace} disabled={!state.trace.value || isRunning()}>
        <Icon name="save" />
        {t.exportTrace}
      </button>
      <button type="button" onClick={() => picker.current!.click()} disabled={isRunning()}>
        <Icon name="open" />
        {t.importTrace}
      </button>
      <input
        ref={picker}
        type="file"
        accept=".jsonl,application/jsonl"
        hidden
        data-testid="trace-file"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file) void openTrace(file);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
