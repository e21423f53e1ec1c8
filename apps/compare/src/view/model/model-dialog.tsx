import { useEffect, useState } from "preact/hooks";
import { chooseModel } from "../../lab/documents.ts";
import { shownDocument } from "../../lab/state.ts";
import { type Device, findDevice } from "../../models/device.ts";
import type { LocalFile } from "../../models/local-files.ts";
import { choiceOf, type FormProblem, formOf, type ModelForm } from "../../models/model-form.ts";
import { namedModel } from "../../models/named-model.ts";
import { popularModel } from "../../models/popular-models.ts";
import { texts } from "../../texts/texts.ts";
import { Dialog } from "../dialog.tsx";
import { Segments } from "../segments.tsx";
import { DraftField } from "./draft-field.tsx";
import { HubFields } from "./hub-fields.tsx";
import { LocalFields } from "./local-fields.tsx";
import { openDialog } from "./open-dialog.ts";
import { PopularModels } from "./popular-models.tsx";
import { TextField } from "./text-field.tsx";

const t = texts.models.dialog;

/** Chooses the model, which the next run loads: a popular one, any of the Hub or at a URL, or one of this device. */
export function ModelDialog() {
  const open = openDialog.value;
  const close = (): void => {
    openDialog.value = undefined;
  };
  return (
    <Dialog heading={t.heading} isOpen={open !== undefined} onClose={close}>
      <Fields dropped={open?.dropped} onClose={close} />
    </Dialog>
  );
}

interface FieldsProps {
  /** Files that were dropped on the page. */
  readonly dropped: Promise<readonly LocalFile[]> | undefined;
  readonly onClose: () => void;
}

function Fields({ dropped, onClose }: FieldsProps) {
  const [form, setForm] = useState<ModelForm>(() => formOf(shownDocument.peek()));
  const [problem, setProblem] = useState<FormProblem>();
  const device = useDevice();
  const change = (part: Partial<ModelForm>): void => {
    setForm((before) => ({ ...before, ...part }));
    setProblem(undefined);
  };
  useEffect(() => {
    if (dropped) change({ place: "device" });
  }, [dropped]);
  const use = (event: SubmitEvent): void => {
    event.preventDefault();
    const chosen = choiceOf(form, device);
    if ("problem" in chosen) {
      setProblem(chosen);
      return;
    }
    chooseModel(chosen);
    onClose();
  };
  const problemIn = (field: FormProblem["field"]): string | undefined => (problem?.field === field ? problem.problem : undefined);
  const isEmbedded = form.place === "popular" && namedModel(form.popular).kind === "embedded";
  return (
    <form class="model-form" onSubmit={use} noValidate>
      <Segments name="model-place" label={t.place} choices={t.places} chosen={form.place} onChoose={(place) => change({ place })} />
      {form.place === "popular" && <PopularModels form={form} device={device} onChange={change} />}
      {form.place === "hub" && <HubFields form={form} problem={problemIn("address")} onChange={change} />}
      {form.place === "device" && <LocalFields form={form} problem={problemIn("files")} dropped={dropped} onChange={change} />}
      {!isEmbedded && (
        <>
          {canBeDrafted(form) && <DraftField form={form} device={device} problem={problemIn("draft")} onChange={change} />}
          <details open={form.hub !== "" || problem?.field === "hub"}>
            <summary>{t.more}</summary>
            <TextField
              id="model-hub"
              label={texts.models.endpoint.label}
              help={texts.models.endpoint.explain}
              placeholder={texts.models.endpoint.placeholder}
              value={form.hub}
              problem={problemIn("hub")}
              onChange={(hub) => change({ hub })}
            />
          </details>
        </>
      )}
      <footer>
        <p class="hint">{t.nothingYet}</p>
        <button type="submit" class="primary">
          {t.use}
        </button>
      </footer>
    </form>
  );
}

/** A model that only predicts masked tokens has no use for drafts. */
function canBeDrafted({ place, popular }: ModelForm): boolean {
  return place !== "popular" || (popularModel(popular)?.roles.includes("causal") ?? true);
}

/** What a model would run on; a CPU until that is known. */
function useDevice(): Device {
  const [device, setDevice] = useState<Device>({ gpu: false, float16: false });
  useEffect(() => void findDevice().then(setDevice), []);
  return device;
}
