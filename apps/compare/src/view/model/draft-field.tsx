import type { Device } from "../../models/device.ts";
import type { ModelForm } from "../../models/model-form.ts";
import { advisedDtype, popularModel } from "../../models/popular-models.ts";
import { texts } from "../../texts/texts.ts";
import { TextField } from "./text-field.tsx";

const t = texts.models.draft;

interface DraftFieldProps {
  readonly form: ModelForm;
  readonly device: Device;
  readonly problem: string | undefined;
  readonly onChange: (part: Partial<ModelForm>) => void;
}

/** A cheaper model that drafts for the chosen one, with a suggestion where one is known. */
export function DraftField({ form, device, problem, onChange }: DraftFieldProps) {
  const chosen = popularModel(form.place === "popular" ? form.popular : form.address.trim());
  const suggested = chosen?.draft === undefined ? undefined : popularModel(chosen.draft);
  const dtype = chosen && (form.place === "popular" ? (form.popularDtype ?? advisedDtype(chosen, device)) : form.dtype);
  return (
    <div class="draft-field">
      <TextField
        id="model-draft"
        label={t.label}
        help={t.explain}
        placeholder={t.placeholder}
        value={form.draft}
        problem={problem}
        onChange={(draft) => onChange({ draft })}
      />
      {suggested && form.draft !== suggested.repository && (
        <button type="button" class="suggestion" onClick={() => onChange({ draft: suggested.repository })}>
          {t.suggested(suggested.title, dtype === undefined || dtype === "auto" ? undefined : suggested.megabytes[dtype])}
        </button>
      )}
    </div>
  );
}
