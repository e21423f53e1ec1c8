import type { Dtype } from "@decodekit/core/toolkit";
import { embeddedModels } from "../../lab/models.ts";
import type { Device } from "../../models/device.ts";
import type { ModelForm } from "../../models/model-form.ts";
import { advisedDtype, type PopularModel, popularModel, popularModels } from "../../models/popular-models.ts";
import { texts } from "../../texts/texts.ts";

const t = texts.models.popular;

interface PopularModelsProps {
  readonly form: ModelForm;
  readonly device: Device;
  readonly onChange: (part: Partial<ModelForm>) => void;
}

/** The models that are shipped with the page, and some of the Hub, with the sizes of their downloads. */
export function PopularModels({ form, device, onChange }: PopularModelsProps) {
  const choose = (popular: string): void => onChange({ popular, popularDtype: undefined, draft: "" });
  const chosen = popularModel(form.popular);
  return (
    <>
      <fieldset class="model-cards">
        <legend class="sr-only">{t.label}</legend>
        {embeddedModels.map(({ name }) => (
          <Card
            key={name}
            value={name}
            title={t.embedded[name]!.title}
            size={t.shipped}
            summary={t.embedded[name]!.summary}
            isChosen={form.popular === name}
            onChoose={choose}
          />
        ))}
        {popularModels.map((model) => (
          <Card
            key={model.repository}
            value={model.repository}
            title={model.title}
            size={t.download(model.megabytes[advisedDtype(model, device)]!)}
            summary={summaryOf(model)}
            isChosen={form.popular === model.repository}
            onChoose={choose}
          />
        ))}
      </fieldset>
      {chosen && <DtypeOfPopular model={chosen} {...{ form, device, onChange }} />}
    </>
  );
}

interface CardProps {
  readonly value: string;
  readonly title: string;
  readonly size: string;
  readonly summary: string;
  readonly isChosen: boolean;
  readonly onChoose: (value: string) => void;
}

function Card({ value, title, size, summary, isChosen, onChoose }: CardProps) {
  return (
    <label class="model-card">
      <input type="radio" name="popular" value={value} checked={isChosen} onChange={() => onChoose(value)} />
      <span class="model-card-title">{title}</span>
      <span class="model-card-size">{size}</span>
      <span class="model-card-summary">{summary}</span>
    </label>
  );
}

function summaryOf({ millions, roles, hasChat, licence }: PopularModel): string {
  const kind = roles.includes("masked") ? t.kind.masked : hasChat ? t.kind.chat : t.kind.text;
  return [t.parameters(millions), kind, licence].join(" · ");
}

function DtypeOfPopular({ model, form, device, onChange }: PopularModelsProps & { readonly model: PopularModel }) {
  const advised = advisedDtype(model, device);
  return (
    <div class="field">
      <label for="model-dtype">{texts.models.dialog.dtype}</label>
      <select
        id="model-dtype"
        value={form.popularDtype ?? advised}
        onChange={(event) => onChange({ popularDtype: event.currentTarget.value as Dtype })}
      >
        {(Object.entries(model.megabytes) as [Dtype, number][]).map(([dtype, megabytes]) => (
          <option key={dtype} value={dtype}>
            {t.dtype(dtype, megabytes, dtype === advised)}
          </option>
        ))}
      </select>
    </div>
  );
}
