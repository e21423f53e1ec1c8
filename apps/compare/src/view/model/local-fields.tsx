import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { describeError } from "../../lab/describe-error.ts";
import { filesOfFolder } from "../../models/dropped-files.ts";
import { findGraphs, type LocalFile, pickedFiles } from "../../models/local-files.ts";
import { localChoice, type LocalChoice, type ModelForm } from "../../models/model-form.ts";
import { texts } from "../../texts/texts.ts";

const t = texts.models.device;

interface LocalFieldsProps {
  readonly form: ModelForm;
  readonly problem: string | undefined;
  readonly dropped: Promise<readonly LocalFile[]> | undefined;
  readonly onChange: (part: Partial<ModelForm>) => void;
}

/** A model of this device: a folder or files that are dropped on the page or picked. */
export function LocalFields({ form, problem, dropped, onChange }: LocalFieldsProps) {
  const [isReading, setReading] = useState(false);
  const [failure, setFailure] = useState<string>();
  const read = async (reading: Promise<readonly LocalFile[]>): Promise<void> => {
    setReading(true);
    setFailure(undefined);
    const { local, failure: failed } = await choiceIn(reading);
    setReading(false);
    setFailure(failed);
    onChange({ local });
  };
  useEffect(() => {
    if (dropped) void read(dropped);
  }, [dropped]);
  return (
    <>
      <p class="hint">{t.explain}</p>
      <div class="drop-zone" data-testid="drop-zone">
        <p>{isReading ? t.reading : t.drop}</p>
        <Pickers onPick={(reading) => void read(reading)} />
      </div>
      <p class="problem" role="alert">
        {failure ?? problem}
      </p>
      {form.local && <FileChoice local={form.local} onChange={(local) => onChange({ local })} />}
    </>
  );
}

async function choiceIn(
  reading: Promise<readonly LocalFile[]>,
): Promise<{ readonly local?: LocalChoice | undefined; readonly failure?: string }> {
  try {
    const found = findGraphs(await reading);
    return "problem" in found ? { failure: found.problem } : { local: localChoice(found) };
  } catch (error) {
    return { failure: texts.models.problems.unreadable(describeError(error)) };
  }
}

type DirectoryPicker = (options: { readonly id: string }) => Promise<FileSystemDirectoryHandle>;

/** The browser's pickers of a folder, in one of two forms, and of files. */
function Pickers({ onPick }: { readonly onPick: (reading: Promise<readonly LocalFile[]>) => void }) {
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => void folder.current!.toggleAttribute("webkitdirectory", true), []);
  const pickFolder = async (): Promise<void> => {
    const { showDirectoryPicker } = globalThis as { readonly showDirectoryPicker?: DirectoryPicker };
    if (!showDirectoryPicker) return folder.current!.click();
    try {
      onPick(filesOfFolder(await showDirectoryPicker({ id: "model" })));
    } catch (error) {
      // The visitor closed the picker; any other refusal leaves the older one.
      if (!(error instanceof DOMException && error.name === "AbortError")) folder.current!.click();
    }
  };
  const picked = (input: HTMLInputElement): void => {
    if (input.files && input.files.length > 0) onPick(Promise.resolve(pickedFiles(input.files)));
    input.value = "";
  };
  return (
    <div class="pickers">
      <button type="button" onClick={() => void pickFolder()}>
        {t.folder}
      </button>
      <button type="button" onClick={() => files.current!.click()}>
        {t.files}
      </button>
      <input ref={folder} type="file" hidden data-testid="model-folder" onChange={(event) => picked(event.currentTarget)} />
      <input ref={files} type="file" multiple hidden data-testid="model-files" onChange={(event) => picked(event.currentTarget)} />
    </div>
  );
}

interface FileChoiceProps {
  readonly local: LocalChoice;
  readonly onChange: (local: LocalChoice) => void;
}

/** Which of the model files that were found is opened. */
function FileChoice({ local, onChange }: FileChoiceProps) {
  const { graphs, graph } = local;
  const { name, files } = (graph ?? graphs[0]!).model;
  const isOneModel = graphs.every(({ model }) => model.name === name);
  return (
    <div class="field">
      <p class="found" role="status">
        {t.found(name, files.length)}
      </p>
      <label for="model-file">{t.file}</label>
      <select
        id="model-file"
        value={graph ? graphs.indexOf(graph) : ""}
        onChange={(event) => {
          const { value } = event.currentTarget;
          onChange({ graphs, graph: value === "" ? undefined : graphs[Number(value)] });
        }}
      >
        {isOneModel && localChoice(graphs).graph === undefined && <option value="">{texts.models.dialog.automatic}</option>}
        {graphs.map(({ model, modelFile, bytes }, index) => (
          <option key={`${model.name}/${modelFile}`} value={index}>
            {t.option(isOneModel ? modelFile : `${model.name}/${modelFile}`, bytes / 1e6)}
          </option>
        ))}
      </select>
    </div>
  );
}
