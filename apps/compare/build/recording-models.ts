import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { embeddedModels } from "../src/lab/models.ts";
import { type TokenTexts, tokenTexts } from "../src/lab/token-texts.ts";

export interface RecordingModel {
  readonly model: OnnxLanguageModel;
  readonly draft: OnnxLanguageModel | undefined;
  readonly texts: TokenTexts;
}

/** The embedded models, each loaded on first use. */
export interface RecordingModels {
  readonly get: (name: string) => Promise<RecordingModel>;
  readonly dispose: () => Promise<void>;
}

const OPTIONS = { execution: "wasm", threads: 1 } as const;

export function recordingModels(): RecordingModels {
  const loaded = new Map<string, Promise<RecordingModel>>();
  const load = async (name: string): Promise<RecordingModel> => {
    const found = embeddedModels.find((each) => each.name === name);
    if (!found) throw new Error(`There is no embedded model "${name}". Use one of ${embeddedModels.map((each) => each.name).join(", ")}.`);
    const model = await loadModel(found.files, OPTIONS);
    const draft = found.draft && (await loadModel(found.draft, OPTIONS));
    return { model, draft, texts: tokenTexts((tokens) => model.tokenizer.decode(tokens), model.tokenizer.encode("a").at(-1)!) };
  };
  return {
    get(name) {
      let model = loaded.get(name);
      if (!model) loaded.set(name, (model = load(name)));
      return model;
    },
    async dispose() {
      for (const each of loaded.values()) {
        const { model, draft } = await each;
        await model.dispose();
        await draft?.dispose();
      }
    },
  };
}
