import { useRef, useState } from "preact/hooks";
import { changeSettings } from "../lab/change-settings.ts";
import { embeddedModels } from "../lab/models.ts";
import * as state from "../lab/state.ts";
import { isModel } from "../url/share-link.ts";
import { texts } from "../texts/en.ts";
import { Dialog } from "./dialog.tsx";

const t = texts.setup;

/** Selects the model: an embedded model, one from a URL, or one from files. */
export function ModelField() {
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
      changeSettings({ model: value });
    }
  };
  return (
    <div class="field">
      <label for="model">{t.model}</label>
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
        {dropped && <option value="dropped">{t.filesChosen(dropped.length)}</option>}
        <option value="url">{t.modelUrl}</option>
        <option value="files">{t.modelFiles}</option>
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
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem("address") as HTMLInputElement;
    const address = field.value.trim();
    if (!/^https?:/.test(address) || !isModel(address)) {
      setProblem(texts.modelDialog.wrong);
      return;
    }
    state.droppedFiles.value = undefined;
    changeSettings({ model: address });
    setProblem(undefined);
    onClose();
  };
  return (
    <Dialog heading={texts.modelDialog.heading} isOpen={isOpen} onClose={onClose}>
      <form onSubmit={use} noValidate>
        <p class="hint">{texts.modelDialog.explain}</p>
        <div class="field">
          <label for="model-address">{texts.modelDialog.address}</label>
          <input
            id="model-address"
            name="address"
            type="url"
            placeholder="https://"
            aria-invalid={problem !== undefined}
            aria-describedby="model-problem"
          />
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
