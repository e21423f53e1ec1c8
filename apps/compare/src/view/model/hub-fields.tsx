import { DTYPES } from "@decodekit/core/toolkit";
import { readModelAddress } from "../../models/model-address.ts";
import type { ModelForm } from "../../models/model-form.ts";
import { texts } from "../../texts/texts.ts";
import { defaultSettings, type Settings } from "../../url/settings.ts";
import { TextField } from "./text-field.tsx";

const t = texts.models.hub;

interface HubFieldsProps {
  readonly form: ModelForm;
  readonly problem: string | undefined;
  readonly onChange: (part: Partial<ModelForm>) => void;
}

/** A model of the Hub, or at a URL. */
export function HubFields({ form, problem, onChange }: HubFieldsProps) {
  const read = form.address.trim() === "" ? undefined : readModelAddress(form.address, form.hub.trim() || defaultSettings.hub);
  const understood = read && !("problem" in read) ? read : undefined;
  const isFileNamed = understood?.dtype !== undefined || understood?.modelFile !== undefined;
  return (
    <>
      <TextField
        id="model-address"
        label={t.address}
        help={t.explain}
        placeholder={t.placeholder}
        note={understood && t.understood(understood)}
        value={form.address}
        problem={problem}
        onChange={(address) => onChange({ address })}
      />
      {!isFileNamed && (
        <div class="field">
          <label for="model-dtype">{texts.models.dialog.dtype}</label>
          <select
            id="model-dtype"
            value={form.dtype}
            onChange={(event) => onChange({ dtype: event.currentTarget.value as Settings["dtype"] })}
          >
            <option value="auto">{texts.models.dialog.automatic}</option>
            {DTYPES.map((dtype) => (
              <option key={dtype} value={dtype}>
                {dtype}
              </option>
            ))}
          </select>
        </div>
      )}
    </>
  );
}
