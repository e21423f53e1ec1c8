import { stat } from "node:fs/promises";
import path from "node:path";
import type { Dtype, Execution, LoadModelOptions, ModelSource } from "@decodekit/core/onnx";
import { hub, readHubAddress } from "@decodekit/hub";
import { stories, storiesDraft } from "@decodekit/tiny-models";
import type { ComparedModel } from "./model-report.ts";
import { loadServedModel, readServer, type ServerAddress } from "./served-model.ts";
import { UsageError } from "./usage-error.ts";

/** Loads a model: `loadModel` of `@decodekit/core/onnx`, or a test double. */
export type LoadModel = (source: ModelSource, options?: LoadModelOptions) => Promise<ComparedModel & { dispose(): Promise<void> }>;

/** Flags of how a model runs, and which of its graphs. */
export interface GraphFlags {
  readonly execution: Exclude<Execution, "webgpu"> | "auto";
  readonly dtype?: Dtype;
  readonly modelFile?: string;
}

export function graphOptions({ execution, dtype, modelFile }: GraphFlags): Pick<LoadModelOptions, "execution" | "dtype" | "modelFile"> {
  return { execution, ...(dtype && { dtype }), ...(modelFile !== undefined && { modelFile }) };
}

/** Where the models of a comparison are. */
export interface ModelSources {
  /** Name of the model in progress messages. */
  readonly name: string;
  readonly model: ModelSource;
  readonly draft: ModelSource | undefined;
  readonly draftHead: ModelSource | undefined;
  /** Where the model is served; `model` then has its tokenizer. */
  readonly server?: ServerAddress | undefined;
}

/** Flags that say where models are. */
interface PlaceFlags {
  readonly model?: string | undefined;
  readonly draft?: string | undefined;
  readonly draftHead?: string | undefined;
  readonly server?: string | undefined;
  readonly servedModel?: string | undefined;
}

/**
 * Returns the sources that the flags name, with folders relative to `folder`. The default is the embedded story model, with its draft model
 * if one is needed.
 * @throws UsageError if a folder does not exist, or an address is none.
 */
export async function modelSources(
  { model, draft, draftHead, server, servedModel }: PlaceFlags,
  { needsDraft, folder }: { readonly needsDraft: boolean; readonly folder: string },
): Promise<ModelSources> {
  const embeddedDraft = model === undefined && needsDraft ? storiesDraft : undefined;
  if (server !== undefined && model === undefined)
    throw new UsageError("--server needs --model, the folder or repository of the tokenizer.");
  return {
    ...(server !== undefined && { server: readServer(server, servedModel) }),
    name: server ?? model ?? "the embedded story model",
    model: model === undefined ? stories : await checkedSource("--model", model, folder),
    draft: draft === undefined ? embeddedDraft : await checkedSource("--draft", draft, folder),
    draftHead: draftHead === undefined ? undefined : await checkedSource("--draft-head", draftHead, folder),
  };
}

async function checkedSource(flag: string, given: string, folder: string): Promise<ModelSource> {
  const place = path.resolve(folder, given);
  const found = await stat(place).catch(() => undefined);
  if (found?.isDirectory()) return place;
  const address = found ? undefined : readHubAddress(given, process.env["HF_ENDPOINT"]);
  if (address) return hub(address.repository, { revision: address.revision });
  if (URL.canParse(given) && !found) return given;
  const problem = `which ${found ? "is a file" : "does not exist"}`;
  throw new UsageError(`${flag}: must be a folder, a URL or a repository of the Hugging Face Hub (org/name), got ${given}, ${problem}.`);
}

/** Loads the model with its draft head, and the draft model, if there are sources for them; the latter gets the role `draft`. `dispose` frees both. */
export async function loadModels(load: LoadModel, sources: ModelSources, options: LoadModelOptions): ReturnType<LoadModel> {
  const model = sources.server
    ? await loadServedModel(sources.server, sources.model, options)
    : await load(sources.model, { ...options, ...(sources.draftHead !== undefined && { draftHead: sources.draftHead }) });
  if (sources.draft === undefined) return model;
  try {
    const { execution, signal } = options;
    const draft = await load(sources.draft, { execution, signal });
    return {
      ...model,
      ...(draft.causal && { draft: draft.causal }),
      dispose: async () => void (await Promise.all([model.dispose(), draft.dispose()])),
    };
  } catch (error) {
    await model.dispose();
    throw error;
  }
}
