import { useState } from "preact/hooks";
import { describeError } from "../lab/describe-error.ts";
import { specificationOf } from "../lab/decoders.ts";
import * as state from "../lab/state.ts";
import { importThirdParty } from "../lab/third-party.ts";
import { texts } from "../texts/en.ts";
import { MOST_LANES } from "../trace/trace-file.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icons.tsx";

const OWN = "own";

/** Adds a lane: a built-in decoder with one of its presets, or one of the visitor's own. */
export function AddLane() {
  const [isOpen, setOpen] = useState(false);
  if (state.settings.value.lanes.length >= MOST_LANES) return null;
  const offers = state.plugins.value.flatMap(({ name, title, presets }) =>
    (presets.length > 0 ? presets : [{}]).map((preset) => ({ specification: specificationOf(name, preset), title, preset })),
  );
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
            else if (value) addLane(value);
          }}
        >
          <option value="">{texts.lane.add}</option>
          {offers.map(({ specification, title, preset }) => (
            <option key={specification} value={specification}>
              {[title, ...Object.entries(preset).map(([name, value]) => `${name} ${String(value)}`)].join(" · ")}
            </option>
          ))}
          <option value={OWN}>{texts.lane.addOwn}</option>
        </select>
      </label>
      <PluginDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </div>
  );
}

function addLane(specification: string): void {
  const { lanes, ...rest } = state.settings.value;
  state.settings.value = { ...rest, lanes: [...lanes, specification] };
  state.expectedDigests.value = [];
}

const say = texts.plugin;

/** Imports a decoder by address, after saying what that means. */
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
      const { name, title, presets } = added.plugin;
      if (state.plugins.value.some((plugin) => plugin.name === name)) {
        added.end("Its name is taken.");
        throw new Error(say.taken(name));
      }
      state.thirdParty.value = [...state.thirdParty.value, added];
      addLane(specificationOf(name, presets[0] ?? {}));
      state.notify("info", say.added(title));
      onClose();
    } catch (error) {
      setProblem(say.failed(describeError(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog heading={say.heading} isOpen={isOpen} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void add(event.currentTarget);
        }}
      >
        <p class="warning">{say.warning}</p>
        <p class="hint">
          {say.explain}{" "}
          <a href={say.templateUrl} target="_blank" rel="noreferrer">
            {say.template}
          </a>
        </p>
        <div class="field">
          <label for="plugin-address">{say.address}</label>
          <input id="plugin-address" name="address" type="text" inputMode="url" placeholder="https://" autocomplete="off" />
        </div>
        <label class="check">
          <input type="checkbox" checked={trusts} onChange={(event) => setTrusts(event.currentTarget.checked)} />
          {say.trust}
        </label>
        <p class="problem" role="alert">
          {problem}
        </p>
        <footer>
          <button type="submit" class="primary" disabled={!trusts || isBusy}>
            {isBusy ? say.adding : say.add}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
