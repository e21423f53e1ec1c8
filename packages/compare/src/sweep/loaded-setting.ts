import { InvalidOptionError } from "@decodekit/core";
import { type LoadModelOptions, modelStore } from "@decodekit/core/onnx";
import { type ComparedDecoder, isInvalidOption } from "../compared-decoder.ts";
import { type LoadModel, loadModels, modelSources } from "../load-models.ts";
import { type LoadedPlugin, loadPluginModules } from "../load-plugins.ts";
import { type ComparedModel, modelReport } from "../model-report.ts";
import { parseDecoder } from "../parse-decoder.ts";
import { readSpecification } from "../specification.ts";
import { UsageError } from "../usage-error.ts";
import { whyNot } from "../why-not.ts";
import type { ResolvedDecoder } from "./cells.ts";
import { codeVersions } from "./code-versions.ts";
import { digestOf, digestOfFile, watchStore, type WatchedStore } from "./digest.ts";
import type { ResolvedSetting, Setting } from "./runner.ts";

/** The models and decoders of a plan. */
export interface LoadedSetting {
  readonly model: ComparedModel;
  /** The decoders by how the plan names them. */
  readonly decoders: ReadonlyMap<string, ComparedDecoder>;
  readonly resolved: ResolvedSetting;
  dispose(): Promise<void>;
}

/**
 * Loads the models and decoders of a plan. Every model runs on one thread: then a machine's processors run as many cells at a time, and no
 * outcome depends on their number.
 * @throws InvalidOptionError for a decoder or option that does not exist, UsageError for a decoder that the model cannot run, and the errors
 * of loading.
 */
export async function loadSetting(setting: Setting, load: LoadModel): Promise<LoadedSetting> {
  const { folder, model: planned, execution } = setting;
  const plugins = await loadPluginModules(setting.plugins, folder);
  const parsed = setting.decoders.map((specification) => parse(specification, plugins));
  const needsDraft = parsed.some(({ decoder }) => decoder.requires.includes("draft"));
  const sources = await modelSources({ ...planned, model: planned.source }, { needsDraft, folder });
  const model = watchStore(modelStore("compare", sources.model));
  const draft = sources.draft === undefined ? undefined : watchStore(modelStore("compare", sources.draft));
  const draftHead = sources.draftHead === undefined ? undefined : watchStore(modelStore("compare", sources.draftHead));
  const hiddenStates = parsed.some(({ decoder }) => decoder.capabilities?.includes("hiddenStates"));
  const options: LoadModelOptions = {
    execution,
    ...(planned.dtype && { dtype: planned.dtype }),
    ...(planned.modelFile !== undefined && { modelFile: planned.modelFile }),
    ...(hiddenStates && { hiddenStates }),
    threads: 1,
  };
  const loaded = await loadModels(load, { ...sources, model, draft, draftHead }, options);
  try {
    const decoders = new Map(setting.decoders.map((specification) => [specification, parse(specification, plugins, loaded)]));
    for (const [specification, { decoder }] of decoders) checkLack(loaded, decoder, specification);
    return {
      model: loaded,
      decoders,
      resolved: {
        // The weights of a served model are out of reach: its name stands for them.
        model: sources.server ? digestOf([await model.digest(), sources.server.engine, loaded.name]) : await model.digest(),
        draft: await digestOfDrafts({ draft, draftHead }),
        versions: codeVersions(execution),
        decoders: Array.from(decoders, ([specification, compared]) => resolvedDecoder(specification, compared, plugins)),
        report: modelReport(loaded),
      },
      dispose: () => loaded.dispose(),
    };
  } catch (error) {
    await loaded.dispose();
    throw error;
  }
}

function parse(specification: string, plugins: readonly LoadedPlugin[], model?: ComparedModel): ComparedDecoder {
  try {
    return parseDecoder(
      specification,
      plugins.map(({ plugin }) => plugin),
      model,
    );
  } catch (error) {
    if (!isInvalidOption(error)) throw error;
    const { option, expected, actual } = error;
    throw new InvalidOptionError({ where: `plan, decoder "${specification}"`, option, expected, actual });
  }
}

function checkLack(model: ComparedModel, decoder: ComparedDecoder["decoder"], specification: string): void {
  const reason = whyNot(model, decoder);
  if (reason !== undefined) throw new UsageError(`The plan's decoder "${specification}" cannot run: ${model.name} ${reason}.`);
}

async function digestOfDrafts(stores: Readonly<Record<"draft" | "draftHead", WatchedStore | undefined>>): Promise<string | null> {
  const [draft, draftHead] = await Promise.all([stores.draft?.digest(), stores.draftHead?.digest()]);
  return draft === undefined && draftHead === undefined ? null : digestOf({ draft: draft ?? null, draftHead: draftHead ?? null });
}

function resolvedDecoder(
  specification: string,
  { decoder, options = {} }: ComparedDecoder,
  plugins: readonly LoadedPlugin[],
): ResolvedDecoder {
  const { name } = readSpecification(specification);
  const { url } = plugins.find(({ plugin }) => plugin.name === name)!;
  return {
    specification,
    name,
    options,
    plugin: url === null ? null : digestOfFile(new URL(url)),
    usesDraft: decoder.requires.includes("draft") || decoder.draftHead !== undefined,
  };
}
