import { chooseModel } from "../../lab/documents.ts";
import { embeddedModels } from "../../lab/models.ts";
import * as state from "../../lab/state.ts";
import { namedModel } from "../../models/named-model.ts";
import { popularModel } from "../../models/popular-models.ts";
import { texts } from "../../texts/texts.ts";
import { defaultSettings, type Settings } from "../../url/settings.ts";
import { openDialog } from "./open-dialog.ts";

const t = texts.models.field;
const MORE = "more";

/** Selects the model: one that is shipped with the page, or any other in a dialog. */
export function ModelField() {
  const { settings } = state.shownDocument.value;
  const { model } = settings;
  const isEmbedded = namedModel(model).kind === "embedded";
  return (
    <div class="field">
      <label for="model">{t.label}</label>
      <select
        id="model"
        value={model}
        onChange={(event) => {
          const { value } = event.currentTarget;
          event.currentTarget.value = model;
          if (value === MORE) openDialog.value = {};
          else if (value !== model) chooseModel({ model: value });
        }}
      >
        {embeddedModels.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        {!isEmbedded && <option value={model}>{nameOf(settings)}</option>}
        <option value={MORE}>{t.more}</option>
      </select>
    </div>
  );
}

/** Returns the name of a model that is not embedded, with what else was chosen. */
function nameOf({ model, dtype, modelFile, hub, draftModel }: Settings): string {
  const named = namedModel(model);
  if (named.kind === "files") return t.files(named.name, modelFile);
  const title = named.kind === "hub" && !model.includes("@") ? popularModel(model)?.title : undefined;
  const file = modelFile !== "" ? [modelFile] : dtype !== "auto" ? [dtype] : [];
  const host = hub === defaultSettings.hub ? [] : [new URL(hub).host];
  const draft = draftModel === "" ? [] : [t.withDraft(popularModel(draftModel)?.title ?? draftModel)];
  return [title ?? model, ...file, ...host, ...draft].join(" · ");
}
