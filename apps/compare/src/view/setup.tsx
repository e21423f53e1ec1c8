import { useRef, useState } from "preact/hooks";
import { openTrace, saveTrace } from "../lab/files.ts";
import { finalTokens } from "../lab/facts.ts";
import { isRunning, run, stop } from "../lab/lab.ts";
import { embeddedModels } from "../lab/models.ts";
import * as state from "../lab/state.ts";
import { type ExecutionChoice, LONGEST_PROMPT, MOST_NEW_TOKENS, type Settings } from "../link/settings.ts";
import { digestOf, isModel, writeLink } from "../link/share-link.ts";
import { texts } from "../texts/en.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icons.tsx";

const say = texts.setup;

function change(part: Partial<Settings>): void {
  state.settings.value = { ...state.settings.value, ...part };
  state.expectedDigests.value = [];
}

/** Prompt, model and numbers of a run, and what can be done with it. */
export function Setup() {
  const { prompt, maxNewTokens, seed } = state.settings.value;
  return (
    <section class="setup" aria-label={say.heading}>
      <div class="field prompt-field">
        <label for="prompt">{say.prompt}</label>
        <textarea id="prompt" rows={2} maxLength={LONGEST_PROMPT} value={prompt} onInput={(event) => change({ prompt: event.currentTarget.value })} />
        <Examples />
      </div>
      <div class="setup-row">
        <NumberField id="tokens" label={say.maxNewTokens} value={maxNewTokens} minimum={1} maximum={MOST_NEW_TOKENS} onChange={(value) => change({ maxNewTokens: value })} />
        <NumberField id="seed" label={say.seed} value={seed} minimum={0} maximum={Number.MAX_SAFE_INTEGER} onChange={(value) => change({ seed: value })} />
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
      aria-label={say.examples}
      value=""
      onChange={(event) => {
        if (event.currentTarget.value) change({ prompt: event.currentTarget.value });
        event.currentTarget.value = "";
      }}
    >
      <option value="">{say.chooseExample}</option>
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

function ModelField() {
  const [isOpen, setOpen] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const dropped = state.droppedFiles.value;
  const { model } = state.settings.value;
  const isEmbedded = embeddedModels.some(({ name }) => name === model);
  const choose = (value: string): void => {
    if (value === "url") setOpen(true);
    else if (value === "files") files.current!.click();
    else {
      state.droppedFiles.value = undefined;
      change({ model: value });
    }
  };
  return (
    <div class="field">
      <label for="model">{say.model}</label>
      <select
        id="model"
        value={dropped ? "dropped" : model}
        onChange={(event) => {
          const { value } = event.currentTarget;
          event.currentTarget.value = dropped ? "dropped" : model;
          choose(value);
        }}
      >
        {embeddedModels.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        {!isEmbedded && <option value={model}>{model}</option>}
        {dropped && <option value="dropped">{say.filesChosen(dropped.length)}</option>}
        <option value="url">{say.modelUrl}</option>
        <option value="files">{say.modelFiles}</option>
      </select>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-testid="model-files"
        onChange={(event) => {
          const chosen = [...(event.currentTarget.files ?? [])];
          if (chosen.length > 0) state.droppedFiles.value = chosen;
        }}
      />
      <ModelDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </div>
  );
}

function ModelDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [problem, setProblem] = useState<string>();
  const use = (event: SubmitEvent): void => {
    event.preventDefault();
    const address = String(new FormData(event.currentTarget as HTMLFormElement).get("address") ?? "").trim();
    if (!/^https?:/.test(address) || !isModel(address)) {
      setProblem(texts.modelDialog.wrong);
      return;
    }
    state.droppedFiles.value = undefined;
    change({ model: address });
    setProblem(undefined);
    onClose();
  };
  return (
    <Dialog heading={texts.modelDialog.heading} isOpen={isOpen} onClose={onClose}>
      <form onSubmit={use} noValidate>
        <p class="hint">{texts.modelDialog.explain}</p>
        <div class="field">
          <label for="model-address">{texts.modelDialog.address}</label>
          <input id="model-address" name="address" type="url" placeholder="https://" aria-invalid={problem !== undefined} aria-describedby="model-problem" />
        </div>
        <p id="model-problem" class="problem" role="alert">
          {problem}
        </p>
        <footer>
          <button type="submit" class="primary">
            {texts.modelDialog.use}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function ExecutionField() {
  return (
    <div class="field">
      <label for="execution">{say.execution}</label>
      <select id="execution" value={state.settings.value.execution} onChange={(event) => change({ execution: event.currentTarget.value as ExecutionChoice })}>
        {Object.entries(say.executions).map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}

export function RunButton({ label = say.run }: { readonly label?: string }) {
  const busy = isRunning();
  return (
    <button type="button" class="primary run" data-busy={busy ? "" : undefined} onClick={() => (busy ? stop() : void run())}>
      <Icon name={busy ? "stop" : "play"} />
      {busy ? say.stop : label}
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
      {say.share}
    </button>
  );
}

function FileButtons() {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={saveTrace} disabled={!state.trace.value || isRunning()}>
        <Icon name="save" />
        {say.exportTrace}
      </button>
      <button type="button" onClick={() => picker.current!.click()} disabled={isRunning()}>
        <Icon name="open" />
        {say.importTrace}
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
