import type { InferenceSession } from "onnxruntime-common";
import { environment } from "#environment";
import { objectOption, type OptionDefinition } from "../options.ts";
import { logWarning } from "../warnings.ts";
import { readTemplateFile, type TemplateTexts } from "./chat/template-files.ts";
import type { Runtime } from "./environment/environment.ts";
import { DTYPES } from "./find-graph.ts";
import { huggingFaceTokenizer, type MarkingTokenizer } from "./hugging-face-tokenizer.ts";
import { type GraphFiles, type ModelFileContents, readModelFiles, sizeOfGraph } from "./model-files.ts";
import { type ModelFolder, openModelFolder } from "./model-folder.ts";
import { openGraph } from "./open-graph.ts";
import type { LoadModelOptions, ModelSource, Warn } from "./model-source.ts";
import { queueOf, releaseInTurn } from "./runtime-queue.ts";

/** The options of every function that loads a model. */
export const LOAD_OPTIONS = {
  execution: { type: "string", choices: ["auto", "webgpu", "wasm", "native"], default: "auto", help: "What runs the model" },
  dtype: { type: "string", choices: DTYPES, help: "Data type of the weights" },
  modelFile: objectOption('the path of an .onnx file within the folder, such as "onnx/model_q4.onnx"', (value) => {
    return typeof value === "string" && /^(?!.*(^|\/)\.\.?\/)[^/\\:][^\\:]*\.onnx$/.test(value);
  }),
  rewriting: { type: "boolean", default: true, help: "Whether to add what the graph's exporter left out" },
  threads: { type: "integer", minimum: 1, maximum: 1024, help: "CPU threads" },
  onProgress: objectOption("a function", (value) => typeof value === "function"),
  signal: objectOption("an AbortSignal", (value) => value instanceof AbortSignal),
  onWarning: objectOption("a function", (value) => typeof value === "function"),
} as const satisfies Readonly<Record<keyof LoadModelOptions, OptionDefinition>>;

/** The files of a model, and its graph in the runtime. */
export interface OpenedModel {
  readonly runtime: Runtime;
  readonly folder: ModelFolder;
  readonly files: ModelFileContents;
  readonly templateFile: TemplateTexts | undefined;
  readonly tokenizer: MarkingTokenizer;
  readonly inference: InferenceSession;
  readonly warn: Warn;
}

/**
 * Reads the files of a model and creates its graph. `where` is the function that loads it, for errors and warnings.
 * @throws InvalidOptionError for an invalid source, ModelLoadError for a file, ExecutionUnavailableError for the runtime.
 */
export async function openModel(where: string, source: ModelSource, options: LoadModelOptions): Promise<OpenedModel> {
  const { modelFile, signal, threads, onWarning = logWarning } = options;
  const warn: Warn = (message, option = "source") => onWarning({ where, option, message });
  signal?.throwIfAborted();
  // When one file fails, the other reads are useless, and are aborted.
  const reading = new AbortController();
  const folder = openModelFolder(where, source, {
    ...options,
    signal: signal ? AbortSignal.any([signal, reading.signal]) : reading.signal,
  });
  const runtime = await openRuntime(options);
  const choice = { modelFile, dtype: options.dtype ?? folder.dtype, runtime };
  const reads = Promise.all([readModelFiles(folder, choice), readTemplateFile(folder)]);
  const [files, templateFile] = await reads.catch((error: unknown) => {
    reading.abort(error);
    throw error;
  });
  const tokenizer = huggingFaceTokenizer(files.tokenizer, files.tokenizerConfig);
  const rewriting = options.rewriting ?? true;
  const inference = await openGraph(runtime, folder, files.main, { threads, warn, signal, rewriting });
  return { runtime, folder, files, templateFile, tokenizer, inference, warn };
}

/** Returns what `load` makes of an opened model, whose graph is released if that fails. */
export async function releaseUnlessLoaded<Model>({ runtime, inference }: OpenedModel, load: () => Promise<Model>): Promise<Model> {
  try {
    return await load();
  } catch (error) {
    await releaseInTurn(queueOf(runtime.ort), () => inference.release());
    throw error;
  }
}

/** Number of elements and of bytes of a graph's weights. */
export function sizeOf(graph: GraphFiles): { readonly parameters: number; readonly bytes: number } {
  return { parameters: graph.file.parameters, bytes: sizeOfGraph(graph) };
}

async function openRuntime({ execution = "auto" }: LoadModelOptions): Promise<Runtime> {
  const candidates = execution === "auto" ? await environment.availableExecutions() : [execution];
  return environment.openRuntime(candidates[0]!);
}
