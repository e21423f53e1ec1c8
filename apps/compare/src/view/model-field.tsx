import { useRef, useState } from "preact/hooks";
import { changeSettings, chooseFiles } from "../lab/documents.ts";
import type { RunDocument } from "../document/run-document.ts";
import { embeddedModels } from "../lab/models.ts";
import * as state from "../lab/state.ts";
import { defaultSettings, LOCAL } from "../url/settings.ts";
import { texts } from "../texts/texts.ts";
import { ModelDialog } from "./model-dialog.tsx";

const t = texts.setup;

/** Selects the model: an embedded model, one from the Hub or a URL, or one from files. */
export function ModelField() {
  const [isOpen, setOpen] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const { model } = state.settings.value;
  const isEmbedded = embeddedModels.some(({ name }) => name === model);
  const choose = (value: string): void => {
    if (value === "url") setOpen(true);
    else if (value === "files") files.current!.click();
    else {
      const own = value === model ? {} : { dtype: defaultSettings.dtype, hub: defaultSettings.hub };
      changeSettings({ model: value, ...own });
    }
  };
  return (
    <div class="field">
      <label for="model">{t.model}</label>
      <select
        id="model"
        value={model}
        onChange={(event) => {
          const { value } = event.currentTarget;
          event.currentTarget.value = model;
          choose(value);
        }}
      >
        {embeddedModels.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        {!isEmbedded && <option value={model}>{nameOf(state.shownDocument.value)}</option>}
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
          if (chosen.length > 0) chooseFiles(t.filesChosen(chosen.length), chosen);
        }}
      />
      <ModelDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </div>
  );
}

/** Returns the name of a model that is not embedded. */
function nameOf({ settings: { model, dtype, hub } }: RunDocument): string {
  if (model.startsWith(LOCAL)) return model.slice(LOCAL.length);
  return [model, ...(dtype === "auto" ? [] : [dtype]), ...hostOf(hub)].join(" · ");
}

/** Returns the host of a hub, unless it is the usual one. */
function hostOf(hub: string): string[] {
  return hub === defaultSettings.hub ? [] : [new URL(hub).host];
}
