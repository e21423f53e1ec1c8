import { environment } from "#environment";
import { logWarning } from "../warnings.ts";
import { DisposedError, VocabularyMismatchError } from "../errors.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import type { CausalModel } from "../contracts/model.ts";
import { objectOption, type OptionDefinition, resolveOptions } from "../options.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { cacheSizesIn } from "./cache-sizes.ts";
import type { Runtime } from "./environment/environment.ts";
import { DTYPES } from "./find-graph.ts";
import { type GraphSignature, readGraphSignature } from "./graph-signature.ts";
import { huggingFaceTokenizer, type MarkingTokenizer } from "./hugging-face-tokenizer.ts";
import { onnxMaskedModel } from "./masked-session.ts";
import { readTemplateFile } from "./chat/template-files.ts";
import { contextLengthIn, isCausal, maskTokenIn, stopTokensIn, vocabSizeIn, withTextConfig } from "./model-config.ts";
import { type GraphFiles, type ModelFileContents, readModelFiles, sizeOfGraph } from "./model-files.ts";
import { openGraph } from "./open-graph.ts";
import { openModelFolder } from "./model-folder.ts";
import type { Execution, LoadModelOptions, ModelSource, Warn } from "./model-source.ts";
import { createOnnxSession } from "./onnx-session.ts";
import { type LazyCanvas, lazyCanvas } from "./lazy-canvas.ts";
import { queueOf, releaseInTurn } from "./runtime-queue.ts";
import { textOfModel } from "./text-of-model.ts";

/** A model loaded from ONNX files, with its tokenizer. */
export interface OnnxLanguageModel extends LanguageModel {
  readonly causal: CausalModel;
  /** The execution that the model runs on. */
  readonly execution: Execution;
  /** Number of elements of the graph's weights. */
  readonly parameters: number;
  /** Size of the graph and its external data, in bytes. */
  readonly bytes: number;
  /** Frees the model; its sessions throw DisposedError from then on. Later calls do nothing. */
  dispose(): Promise<void>;
}

const OPTIONS = {
  execution: { type: "string", choices: ["auto", "webgpu", "wasm", "native"], default: "auto", help: "What runs the model" },
  dtype: { type: "string", choices: DTYPES, help: "Data type of the weights" },
  rewriting: { type: "boolean", default: true, help: "Whether to add what the graph's exporter left out" },
  modelFile: objectOption('the path of an .onnx file within the folder, such as "onnx/model_q4.onnx"', (value) => {
    return typeof value === "string" && /^(?!.*(^|\/)\.\.?\/)[^/\\:][^\\:]*\.onnx$/.test(value);
  }),
  threads: { type: "integer", minimum: 1, maximum: 1024, help: "CPU threads" },
  onProgress: objectOption("a function", (value) => typeof value === "function"),
  signal: objectOption("an AbortSignal", (value) => value instanceof AbortSignal),
  onWarning: objectOption("a function", (value) => typeof value === "function"),
} as const satisfies Readonly<Record<keyof LoadModelOptions, OptionDefinition>>;

/**
 * Loads a causal language model and its tokenizer from a folder in the Hugging Face layout.
 * Reads only the files of `source`, and runs no code from it.
 * Reports unusable values in the model's files to `onWarning` if the model can run without them.
 * @throws InvalidOptionError for an invalid option or source.
 * @throws ModelLoadError if a file is missing, cut short or invalid.
 * @throws ModelShapeError if the graph is no causal language model of a known layout.
 * @throws VocabularyMismatchError if the tokenizer has ids outside the model's vocabulary, other than those of added tokens, which only
 * a text that contains them cannot use.
 * @throws ExecutionUnavailableError if the requested execution is not available, or its runtime does not start.
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<OnnxLanguageModel> {
  resolveOptions("loadModel", options, OPTIONS);
  const { modelFile, signal, threads, onWarning = logWarning } = options;
  const warn: Warn = (message, option = "source") => onWarning({ where: "loadModel", option, message });
  signal?.throwIfAborted();
  // When one file fails, the other reads are useless, and are aborted.
  const reading = new AbortController();
  const folder = openModelFolder(source, { ...options, signal: signal ? AbortSignal.any([signal, reading.signal]) : reading.signal });
  const runtime = await openRuntime(options);
  const choice = { modelFile, dtype: options.dtype ?? folder.dtype, execution: runtime.execution };
  const reads = Promise.all([readModelFiles(folder, choice), readTemplateFile(folder)]);
  const [files, templateFile] = await reads.catch((error: unknown) => {
    reading.abort(error);
    throw error;
  });
  const tokenizer = huggingFaceTokenizer(files.tokenizer, files.tokenizerConfig);

  const rewriting = options.rewriting ?? true;
  const inference = await openGraph(runtime, folder, files.causal, { threads, warn, signal, rewriting });
  try {
    const graphSource = folder.describe(files.causal.path);
    const config = withTextConfig(files.config);
    const signature = readGraphSignature(graphSource, inference.inputMetadata, inference.outputMetadata, {
      sizes: cacheSizesIn(config),
      withoutCache: isCausal(config),
    });
    const facts = modelFacts({ ...files, config }, signature, tokenizer, warn);
    const canvas = files.canvas && lazyCanvas(runtime, folder, files.canvas, { signature, maskTokenId: facts.maskTokenId!, threads });
    const queue = queueOf(runtime.ort);
    const { vocabSize, contextLength } = facts;
    const text = await textOfModel(files, tokenizer, { ...facts, templateFile });
    const graph: CausalGraph = {
      source: graphSource,
      runtime,
      inference,
      signature,
      vocabSize,
      contextLength,
      queue,
      canvas,
      disposed: false,
    };
    return { name: folder.name, ...text, ...modelsOf(graph, canvas), ...sizeOf(files.causal) };
  } catch (error) {
    await releaseInTurn(queueOf(runtime.ort), () => inference.release());
    throw error;
  }
}

async function openRuntime({ execution = "auto" }: LoadModelOptions): Promise<Runtime> {
  const candidates = execution === "auto" ? await environment.availableExecutions() : [execution];
  return environment.openRuntime(candidates[0]!);
}

function modelFacts(
  { config, generationConfig, canvas }: ModelFileContents,
  signature: GraphSignature,
  tokenizer: MarkingTokenizer,
  warn: Warn,
) {
  const vocabSize = checkVocabulary(signature.vocabSize ?? vocabSizeIn(config, warn), tokenizer);
  return {
    vocabSize,
    contextLength: contextLengthIn(config, warn) ?? Infinity,
    stopTokens: stopTokensIn([generationConfig, config], vocabSize, warn),
    maskTokenId: canvas && maskTokenIn(config, vocabSize),
  };
}

/** Returns the size of the model's vocabulary: the one that the graph or the configuration declares, else the tokenizer's. */
function checkVocabulary(stated: number | undefined, tokenizer: MarkingTokenizer): number {
  const vocabSize = stated ?? tokenizer.vocabSize;
  if (tokenizer.baseVocabSize <= vocabSize) return vocabSize;
  throw new VocabularyMismatchError(
    { model: vocabSize, tokenizer: tokenizer.vocabSize },
    "Use the tokenizer that the model was trained with.",
  );
}

function sizeOf(graph: GraphFiles): Pick<OnnxLanguageModel, "parameters" | "bytes"> {
  return { parameters: graph.file.parameters, bytes: sizeOfGraph(graph) };
}

function modelsOf(
  graph: CausalGraph,
  canvas: LazyCanvas | undefined,
): Pick<OnnxLanguageModel, "causal" | "masked" | "execution" | "dispose"> {
  const { vocabSize, contextLength, queue, inference, runtime } = graph;
  const causal: CausalModel = {
    kind: "causal",
    vocabSize,
    contextLength,
    capabilities: { rewind: true, fork: true, tree: canvas !== undefined },
    async createSession() {
      if (graph.disposed) throw new DisposedError("model");
      return createOnnxSession(graph);
    },
  };
  return {
    causal,
    ...(canvas && { masked: onnxMaskedModel(graph, canvas, causal) }),
    execution: runtime.execution,
    async dispose() {
      if (graph.disposed) return;
      graph.disposed = true;
      await releaseInTurn(queue, () => inference.release());
      await releaseInTurn(queue, () => canvas?.release());
    },
  };
}
