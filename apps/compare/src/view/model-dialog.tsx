import { DTYPES } from "@decodekit/core/toolkit";
import { readHubAddress } from "@decodekit/hub";
import { useState } from "preact/hooks";
import { changeSettings } from "../lab/change-settings.ts";
import * as state from "../lab/state.ts";
import { defaultSettings, type Settings } from "../url/settings.ts";
import { isHub, isModel, isWebAddress } from "../url/share-link.ts";
import { texts } from "../texts/en.ts";
import { Dialog } from "./dialog.tsx";

const t = texts.modelDialog;

/** Asks for a model of the Hub or at a URL, which is loaded by the next run. */
export function ModelDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [problem, setProblem] = useState<string>();
  const use = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const chosen = choiceOf((name) => (fields.get(name) as string).trim());
    if ("problem" in chosen) {
      setProblem(chosen.problem);
      return;
    }
    state.droppedFiles.value = undefined;
    changeSettings(chosen);
    setProblem(undefined);
    onClose();
  };
  return (
    <Dialog heading={t.heading} isOpen={isOpen} onClose={onClose}>
      <form onSubmit={use} noValidate>
        <p class="hint">{t.explain}</p>
        <div class="field">
          <label for="model-address">{t.address}</label>
          <input
            id="model-address"
            name="address"
            type="text"
            inputMode="url"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder="org/name"
            aria-invalid={problem !== undefined}
            aria-describedby="model-problem"
          />
        </div>
        <div class="field">
          <label for="model-dtype">{t.dtype}</label>
          <select id="model-dtype" name="dtype">
            <option value="auto">{t.automatic}</option>
            {DTYPES.map((dtype) => (
              <option key={dtype} value={dtype}>
                {dtype}
              </option>
            ))}
          </select>
        </div>
        <details>
          <summary>{t.mirror}</summary>
          <div class="field">
            <label for="model-hub">{t.hub}</label>
            <input id="model-hub" name="hub" type="url" placeholder={defaultSettings.hub} />
          </div>
        </details>
        <p id="model-problem" class="problem" role="alert">
          {problem}
        </p>
        <footer>
          <button type="submit" class="primary">
            {t.use}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Returns what the fields say, or what is wrong with them. The page of a repository stands for the repository. */
function choiceOf(
  field: (name: "address" | "dtype" | "hub") => string,
): Pick<Settings, "model" | "dtype" | "hub"> | { readonly problem: string } {
  const given = field("hub");
  const hub = given === "" ? defaultSettings.hub : given.replace(/\/+$/, "");
  if (!isHub(hub)) return { problem: t.wrongHub };
  const text = field("address");
  const address = readHubAddress(text, hub);
  const named = address && address.repository + (address.revision === undefined ? "" : `@${address.revision}`);
  const model = named ?? text;
  if (!isModel(model) || !(named !== undefined || isWebAddress(model))) return { problem: t.wrong };
  return { model, dtype: field("dtype") as Settings["dtype"], hub };
}
