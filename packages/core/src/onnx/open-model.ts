import type { InferenceSession } from "onnxruntime-common";
import { environment } from "#environment";
import { DTYPES } from "../contracts/dtype.ts";
import type { RowConsistency } from "../contracts/model.ts";
import { objectOption, type OptionDefinition } from "../options.ts";
import { logWarning } from "../warnings.ts";
import { readTemplateFile, type TemplateTexts } from "./chat/template-files.ts";
import type { Runtime } from "./environment/environment.ts";
import { huggingFaceTokenizer, type MarkingTokenizer } from "./hugging-face-tokenizer.ts";
import { type ModelFileContents, readModelFiles, sizeOfGraph } from "./model-files.ts";
import { type ModelFolder, openModelFolder } from "./model-folder.ts";
import { openEmbeddings } from "./embeddings/open-embeddings.ts";
import type { Embeddings } from "./embeddings/embeddings.ts";
import { openGraph, type Rewriting } from "./open-graph.ts";
import { type BufferPool, bufferPool } from "./gpu-rows/buffer-pool.ts";
import type { LoadModelOptions, ModelSource, Warn } from "./model-source.ts";
import { queueOf, releaseInTurn } from "./runtime-queue.ts";
import { setWasmPaths, WASM_PATHS } from "./wasm-paths.ts";

const ONNX_FILE = objectOption('the path of an .onnx file within the folder, such as "onnx/model_q4.onnx"', (value) => {
  return typeof value === "string" && /^(?!.*(^|\/)\.\.?\/)[^/\\:][^\\:]*\.onnx$/.test(value);
});

/** The options of every function that loads a model. */
export const LOAD_OPTIONS = {
  execution: { type: "string", choices: ["auto", "webgpu", "wasm", "native"], default: "auto", help: "What runs the model" },
  dtype: { type: "string", choices: DTYPES, help: "Data type of the weights" },
  modelFile: ONNX_FILE,
  embeddingsFile: ONNX_FILE,
  rewriting: { type: "boolean", default: true, help: "Whether to add what the graph's exporter left out" },
  hiddenStates: { type: "boolean", default: false, help: "Whether passes return the hidden states" },
  hiddenLayers: objectOption("an array of at least 1 layer, different integers >= 0", (value) => {
    const layers = Array.isArray(value) ? (value as unknown[]) : [];
    return (
      layers.length > 0 &&
      new Set(layers).size === layers.length &&
      layers.every((layer) => Number.isSafeInteger(layer) && (layer as number) >= 0)
    );
  }),
  draftHead: objectOption("the folder of a draft head: its URL, path, files or store", (value) => value !== ""),
  threads: { type: "integer", minimum: 1, maximum: 1024, help: "CPU threads" },
  wasmPaths: WASM_PATHS,
  onProgress: objectOption("a function", (value) => typeof value === "function"),
  signal: objectOption("an AbortSignal", (value) => value instanceof AbortSignal),
  onWarning: objectOption("a function", (value) => typeof value === "function"),
} as const satisfies Readonly<Record<Exclude<keyof LoadModelOptions, "names">, OptionDefinition>>;

/** What to open. */
export interface OpenModelOptions extends Omit<LoadModelOptions, "names" | "hiddenLayers" | "draftHead"> {
  /** Returns the layers whose states the graph is to return. @defaultValue none */
  readonly layersFor?: ((files: ModelFileContents) => readonly number[]) | undefined;
}

/** The files of a model, and its graph in the runtime. */
export interface OpenedModel {
  readonly runtime: Runtime;
  readonly folder: ModelFolder;
  readonly files: ModelFileContents;
  readonly templateFile: TemplateTexts | undefined;
  readonly tokenizer: MarkingTokenizer;
  readonly inference: InferenceSession;
  /** What was added to the graph. */
  readonly rewriting: Rewriting;
  /** What the graph's operators do to the rows of a pass. */
  readonly rowConsistency: RowConsistency;
  /** Creates the graph once more, with less added or as it is, after releasing this one. */
  reopen(): Promise<OpenedModel>;
  /** What turns tokens into the graph's inputs, if it reads embeddings. */
  readonly embeddings: Embeddings | undefined;
  /** The buffers that its logits are read with. */
  readonly buffers: BufferPool;
  readonly warn: Warn;
}

/**
 * Reads the files of a model and creates its graph. `where` is the function that loads it, for errors and warnings; `ids` is the name of the
 * input of token ids.
 * @throws InvalidOptionError for an invalid source, ModelLoadError for a file, ExecutionUnavailableError for the runtime.
 */
export async function openModel(where: string, source: ModelSource, options: OpenModelOptions, ids = "input_ids"): Promise<OpenedModel> {
  const { modelFile, embeddingsFile, signal, threads, onWarning = logWarning } = options;
  const warn: Warn = (message, option = "source") => onWarning({ where, option, message });
  signal?.throwIfAborted();
  // When one file fails, the other reads are useless, and are aborted.
  const reading = new AbortController();
  const folder = openModelFolder(where, source, {
    ...options,
    signal: signal ? AbortSignal.any([signal, reading.signal]) : reading.signal,
  });
  const runtime = await openRuntime(options);
  setWasmPaths(runtime, options.wasmPaths, warn);
  const choice = { modelFile, embeddingsFile, dtype: options.dtype ?? folder.dtype, runtime };
  const reads = Promise.all([readModelFiles(folder, choice), readTemplateFile(folder)]);
  const [files, templateFile] = await reads.catch((error: unknown) => {
    reading.abort(error);
    throw error;
  });
  const hiddenLayers = options.layersFor?.(files) ?? [];
  // Creating a graph takes most memory: what need not be there yet is made after it.
  let tokenizer: MarkingTokenizer | undefined;
  const open = async (rewriting: Rewriting): Promise<OpenedModel> => {
    const graph = await openGraph(runtime, folder, files.main, {
      threads,
      warn,
      signal,
      rewriting,
      ownsCache: files.canvas === undefined,
      hiddenStates: options.hiddenStates ?? false,
      hiddenLayers,
      ids,
    });
    const release = { runtime, inference: graph.inference, embeddings: undefined, buffers: bufferPool() };
    tokenizer ??= await releaseUnlessLoaded(release, () => huggingFaceTokenizer(files.tokenizer.parse(), files.tokenizerConfig));
    const parts = { ...release, ...graph, folder, files, templateFile, tokenizer, warn };
    const reopen = (): Promise<OpenedModel> => open(graph.rewriting === "padding" ? "additions" : "none");
    const opened = withReopening(parts, reopen);
    if (!files.embeddings) return opened;
    const needed = { decoder: graph.inference.inputMetadata, ids, readsTables: rewriting !== "none", threads, warn, signal };
    const embeddings = await releaseUnlessLoaded(opened, () => openEmbeddings(runtime, folder, files.embeddings!, needed));
    return withReopening({ ...opened, embeddings }, reopen);
  };
  return open((options.rewriting ?? true) ? "padding" : "none");
}

/** Adds `reopen`: releases the graphs, and then calls `open`. */
function withReopening(opened: Omit<OpenedModel, "reopen">, open: () => Promise<OpenedModel>): OpenedModel {
  return { ...opened, reopen: () => releaseGraphs(opened).then(open) };
}

/** Returns what `load` makes of an opened model, whose graphs are released if that fails. */
export async function releaseUnlessLoaded<Model>(opened: ReleasedGraphs, load: () => Model | Promise<Model>): Promise<Model> {
  try {
    return await load();
  } catch (error) {
    await releaseGraphs(opened);
    throw error;
  }
}

/** Releases the graph of a model, what turns tokens into its inputs, and the buffers that its logits are read with. */
export async function releaseGraphs({ runtime, inference, embeddings, buffers }: ReleasedGraphs): Promise<void> {
  buffers.dispose();
  await releaseInTurn(queueOf(runtime.ort), () => inference.release());
  await embeddings?.release();
}

type ReleasedGraphs = Pick<OpenedModel, "runtime" | "inference" | "embeddings" | "buffers">;

/** Number of elements and of bytes of the weights of a model. */
export function sizeOf({ main, embeddings }: ModelFileContents): { readonly parameters: number; readonly bytes: number } {
  return {
    parameters: main.file.parameters + (embeddings?.file.parameters ?? 0),
    bytes: sizeOfGraph(main) + (embeddings ? sizeOfGraph(embeddings) : 0),
  };
}

export async function openRuntime({ execution = "auto" }: Pick<LoadModelOptions, "execution">): Promise<Runtime> {
  const candidates = execution === "auto" ? await environment.availableExecutions() : [execution];
  return environment.openRuntime(candidates[0]!);
}
