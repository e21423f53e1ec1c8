import { useRef, useState } from "preact/hooks";
import { changeSettings } from "../lab/change-settings.ts";
import { embeddedModels } from "../lab/models.ts";
import * as state from "../lab/state.ts";
import { defaultSettings } from "../url/settings.ts";
import { texts } from "../texts/en.ts";
import { ModelDialog } from "./model-dialog.tsx";

const t = texts.setup;

/** Selects the model: an embedded model, one from the Hub or a URL, or one from files. */
export function ModelField() {
  const [isOpen, setOpen] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const dropped = state.droppedFiles.value;
  const { model, dtype, hub } = state.settings.value;
  const isEmbedded = embeddedModels.some(({ name }) => name === model);
  const choose = (value: string): void => {
    if (value === "url") setOpen(true);
    else if (value === "files") files.current!.click();
    else {
      state.droppedFiles.value = undefined;
      const own = value === model ? {} : { dtype: defaultSettings.dtype, hub: defaultSettings.hub };
      changeSettings({ model: value, ...own });
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
        {!isEmbedded && <option value={model}>{[model, ...(dtype === "auto" ? [] : [dtype]), ...hostOf(hub)].join(" · ")}</option>}
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

/** Returns the host of a hub, unless it is the usual one. */
function hostOf(hub: string): string[] {
  return hub === defaultSettings.hub ? [] : [new URL(hub).host];
}
