import { useState } from "preact/hooks";
import { describeError } from "../lab/describe-error.ts";
import { describeOptions } from "../lab/describe-options.ts";
import { specificationOf } from "../lab/decoders.ts";
import { addLane } from "../lab/documents.ts";
import { shownFacts } from "../lab/shown-facts.ts";
import * as state from "../lab/state.ts";
import { importThirdParty } from "../lab/third-party.ts";
import { texts } from "../texts/texts.ts";
import type { ModelFacts } from "../models/model-facts.ts";
import { whyNot } from "../models/why-not.ts";
import { MAX_LANES } from "../trace/trace-file.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icons.tsx";

const OWN = "own";

/** Adds a lane: a decoder with one of its presets, or a third-party decoder. */
export function AddLane() {
  const [isOpen, setOpen] = useState(false);
  if (state.settings.value.lanes.length >= MAX_LANES) return null;
  const offers = offersOn(shownFacts.value);
  return (
    <div class="add-lane">
      <label>
        <Icon name="plus" />
        <span>{texts.lane.add}</span>
        <select
          aria-label={texts.lane.add}
          value=""
          onChange={(event) => {
            const { value } = event.currentTarget;
            event.currentTarget.value = "";
            if (value === OWN) setOpen(true);
            else if (value) addLane({ decoder: value });
          }}
        >
          <option value="">{texts.lane.add}</option>
          {offers.map(({ specification, name, reason }) =>
            reason === undefined ? (
              <option key={specification} value={specification}>
                {name}
              </option>
            ) : null,
          )}
          <option value={OWN}>{texts.lane.addOwn}</option>
          <optgroup label={texts.models.otherOffers}>
            {offers.map(({ specification, name, reason }) =>
              reason === undefined ? null : (
                <option key={specification} value={specification} disabled>
                  {texts.models.offer(name, reason)}
                </option>
              ),
            )}
          </optgroup>
        </select>
      </label>
      <PluginDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </div>
  );
}

interface Offer {
  readonly specification: string;
  readonly name: string;
  /** Why the model cannot run it. */
  readonly reason: string | undefined;
}

/** Every decoder with each of its presets, and whether a model can run it. */
function offersOn(facts: ModelFacts): readonly Offer[] {
  return state.plugins.value.flatMap((plugin) =>
    (plugin.presets.length > 0 ? plugin.presets : [{}]).map((preset) => ({
      specification: specificationOf(plugin.name, preset),
      name: Object.keys(preset).length > 0 ? `${plugin.title} · ${describeOptions(plugin.name, preset)}` : plugin.title,
      reason: whyNot(plugin, facts, preset),
    })),
  );
}

const t = texts.plugin;

/** Imports a decoder from a URL, after a warning. */
function PluginDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [trusts, setTrusts] = useState(false);
  const add = async (form: HTMLFormElement): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { value } = form.elements.namedItem("address") as HTMLInputElement;
      const added = await importThirdParty(new URL(value.trim(), location.href).href);
      const taken = added.plugins.find(({ name }) => state.plugins.value.some((plugin) => plugin.name === name));
      if (taken) {
        added.end("The decoder's name is already in use.");
        throw new Error(t.taken(taken.name));
      }
      state.thirdParty.value = [...state.thirdParty.value, added];
      const [first] = added.plugins;
      addLane({ decoder: specificationOf(first!.name, first!.presets[0] ?? {}) });
      state.notify("info", t.added(added.plugins.map(({ title }) => title).join(", ")));
      onClose();
    } catch (error) {
      setProblem(t.failed(describeError(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog heading={t.heading} isOpen={isOpen} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void add(event.currentTarget);
        }}
      >
        <p class="warning">{t.warning}</p>
        <p class="hint">
          {t.explain}{" "}
          <a href={t.templateUrl} target="_blank" rel="noreferrer">
            {t.template}
          </a>
        </p>
        <div class="field">
          <label for="plugin-address">{t.address}</label>
          <input id="plugin-address" name="address" type="text" inputMode="url" placeholder="https://" autocomplete="off" />
        </div>
        <label class="check">
          <input type="checkbox" checked={trusts} onChange={(event) => setTrusts(event.currentTarget.checked)} />
          {t.trust}
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <footer>
          <button type="submit" class="primary" disabled={!trusts || isBusy}>
            {isBusy ? t.adding : t.add}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
