import { environment } from "#environment";
import { logWarning } from "../warnings.ts";
import { DisposedError, VocabularyMismatchError } from "../errors.ts";
import type { LanguageModel } from "../language-model.ts";
import type { CausalModel } from "../model.ts";
import { checkOptions, integerBetween, oneOf } from "../options.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { createInference } from "./create-inference.ts";
import type { Runtime } from "./environment/environment.ts";
import { type GraphSignature, readGraphSignature } from "./graph-signature.ts";
import { huggingFaceTokenizer } from "./hugging-face-tokenizer.ts";
import { onnxMaskedModel } from "./masked-session.ts";
import { contextLengthIn, maskTokenIn, stopTokensIn, vocabSizeIn } from "./model-config.ts";
import { type GraphBytes, type ModelFileContents, readModelFiles } from "./model-files.ts";
import { openModelFolder } from "./model-folder.ts";
import type { Execution, LoadModelOptions, ModelSource, Warn } from "./model-source.ts";
import { createOnnxSession } from "./onnx-session.ts";
import { type OpenableCanvas, openableCanvas } from "./open-canvas.ts";
import { queueOf, releaseInTurn } from "./runtime-queue.ts";

/** A model loaded from ONNX files, with its tokenizer. */
export interface OnnxLanguageModel extends LanguageModel {
  readonly causal: CausalModel;
  /** What it runs on. */
  readonly execution: Execution;
  /** Elements of the graph's weights. */
  readonly parameters: number;
  /** Size of the graph and its external data. */
  readonly bytes: number;
  /** Frees the model; its sessions throw DisposedError from then on. Later calls do nothing. */
  dispose(): Promise<void>;
}

const OPTIONS = {
  execution: oneOf("auto", "webgpu", "wasm", "native"),
  modelFile: {
    expected: 'the path of an .onnx file within the folder, such as "onnx/model_q4.onnx"',
    accepts: (value: unknown) => typeof value === "string" && /^(?!.*(^|\/)\.\.?\/)[^/\\:][^\\:]*\.onnx$/.test(value),
  },
  threads: integerBetween(1, 1024),
  onProgress: { expected: "a function", accepts: (value: unknown) => typeof value === "function" },
  signal: { expected: "an AbortSignal", accepts: (value: unknown) => value instanceof AbortSignal },
  onWarning: { expected: "a function", accepts: (value: unknown) => typeof value === "function" },
};

/**
 * Loads a causal language model and its tokenizer from a folder in the Hugging Face layout.
 * Reads only the files of `source`, nothing else; runs no code from it.
 * Values of the model's own files that cannot be used are told by `onWarning` where the model runs without them.
 * @throws InvalidOptionError for a wrong option or source.
 * @throws ModelLoadError when a file is missing, cut short or not what it should be.
 * @throws ModelShapeError when the graph is no causal language model with a KV cache.
 * @throws VocabularyMismatchError when the tokenizer has ids that the model does not know.
 * @throws ExecutionUnavailableError when the requested execution is not there, or its runtime does not start.
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<OnnxLanguageModel> {
  checkOptions("loadModel", options, OPTIONS);
  const { modelFile = "onnx/model.onnx", signal, threads, onWarning = logWarning } = options;
  const warn: Warn = (message, option = "source") => onWarning({ where: "loadModel", option, message });
  signal?.throwIfAborted();
  // What is still being read when one file fails is of no use any more.
  const reading = new AbortController();
  const folder = openModelFolder(source, { ...options, signal: signal ? AbortSignal.any([signal, reading.signal]) : reading.signal });
  const files = await readModelFiles(folder, modelFile).catch((error: unknown) => {
    reading.abort(error);
    throw error;
  });
  const tokenizer = huggingFaceTokenizer(files.tokenizer, files.tokenizerConfig);

  const runtime = await openRuntime(options);
  const inference = await createInference(runtime, folder, files.causal, { threads, warn, signal });
  try {
    const signature = readGraphSignature(folder.describe(modelFile), inference.inputMetadata, inference.outputMetadata);
    const facts = modelFacts(files, signature, tokenizer, warn);
    const canvas = files.canvas && openableCanvas(runtime, folder, files.canvas, { signature, maskTokenId: facts.maskTokenId!, threads });
    const queue = queueOf(runtime.ort);
    const { vocabSize, contextLength, stopTokens } = facts;
    const graph: CausalGraph = { runtime, inference, signature, vocabSize, contextLength, queue, canvas, disposed: false };
    return { name: folder.name, tokenizer, stopTokens, ...modelsOf(graph, canvas), ...sizeOf(files.causal) };
  } catch (error) {
    await releaseInTurn(queueOf(runtime.ort), () => inference.release());
    throw error;
  }
}

async function openRuntime({ execution = "auto" }: LoadModelOptions): Promise<Runtime> {
  const candidates = execution === "auto" ? await environment.availableExecutions() : [execution];
  return environment.openRuntime(candidates[0]!);
}

function modelFacts({ config, generationConfig, canvas }: ModelFileContents, signature: GraphSignature, tokenizer: Tokenizer, warn: Warn) {
  const vocabSize = checkVocabulary(signature.vocabSize ?? vocabSizeIn(config, warn), tokenizer);
  return {
    vocabSize,
    contextLength: contextLengthIn(config, warn) ?? Infinity,
    stopTokens: stopTokensIn([generationConfig, config], vocabSize, warn),
    maskTokenId: canvas && maskTokenIn(config, vocabSize),
  };
}

/** Size of the model's vocabulary: what the graph or the configuration says, else the tokenizer's. */
function checkVocabulary(stated: number | undefined, tokenizer: Tokenizer): number {
  const vocabSize = stated ?? tokenizer.vocabSize;
  if (tokenizer.vocabSize <= vocabSize) return vocabSize;
  throw new VocabularyMismatchError(
    { model: vocabSize, tokenizer: tokenizer.vocabSize },
    "Use the tokenizer that the model was trained with.",
  );
}

function sizeOf({ file, bytes, externalData }: GraphBytes): Pick<OnnxLanguageModel, "parameters" | "bytes"> {
  return { parameters: file.parameters, bytes: externalData.reduce((sum, { data }) => sum + data.length, bytes.length) };
}

function modelsOf(
  graph: CausalGraph,
  canvas: OpenableCanvas | undefined,
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
