import type { InferenceSession } from "onnxruntime-common";
import { environment } from "#environment";
import { DisposedError, ModelLoadError, VocabularyMismatchError } from "../errors.ts";
import type { LanguageModel } from "../language-model.ts";
import type { CausalModel } from "../model.ts";
import { checkOptions, integerBetween, oneOf } from "../options.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { Runtime } from "./environment/environment.ts";
import { type GraphFile, inspectGraphFile } from "./graph-file.ts";
import { type GraphSignature, readGraphSignature } from "./graph-signature.ts";
import { huggingFaceTokenizer } from "./hugging-face-tokenizer.ts";
import { type ModelConfig, modelConfig, readJson, required } from "./model-config.ts";
import { type ModelFolder, openModelFolder } from "./model-folder.ts";
import type { Execution, LoadModelOptions, ModelSource } from "./model-source.ts";
import { type CausalGraph, createOnnxSession } from "./onnx-session.ts";
import { queueOf } from "./runtime-queue.ts";

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
    expected: "the path of an .onnx file within the folder",
    accepts: (value: unknown) => typeof value === "string" && value.endsWith(".onnx"),
  },
  threads: integerBetween(1, 1024),
  onProgress: { expected: "a function", accepts: (value: unknown) => typeof value === "function" },
  signal: { expected: "an AbortSignal", accepts: (value: unknown) => value instanceof AbortSignal },
};

/**
 * Loads a causal language model and its tokenizer from a folder in the Hugging Face layout.
 * Reads only the files of `source`, nothing else; runs no code from it.
 * @throws InvalidOptionError for a wrong option.
 * @throws ModelLoadError when a file is missing, cut short or not what it should be.
 * @throws ModelShapeError when the graph is no causal language model with a KV cache.
 * @throws VocabularyMismatchError when the tokenizer has ids that the model does not know.
 * @throws ExecutionUnavailableError when the requested execution is not there.
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<OnnxLanguageModel> {
  checkOptions("loadModel", options, OPTIONS);
  const { modelFile = "onnx/model.onnx", signal } = options;
  signal?.throwIfAborted();
  const folder = openModelFolder(source, options);
  const files = await readFiles(folder, modelFile);
  const config = modelConfig(files.config, files.generationConfig);
  const tokenizer = huggingFaceTokenizer(folder.describe("tokenizer.json"), files.tokenizer, files.tokenizerConfig);

  const runtime = await openRuntime(options);
  const inference = await createInference(runtime, folder, files, options);
  try {
    signal?.throwIfAborted();
    const signature = readGraphSignature(folder.describe(modelFile), inference.inputMetadata, inference.outputMetadata);
    const graph = causalGraph(runtime, inference, signature, config, tokenizer);
    return languageModel(folder.name, graph, config, tokenizer, files);
  } catch (error) {
    await inference.release();
    throw error;
  }
}

interface ReadFiles {
  readonly config: Readonly<Record<string, unknown>>;
  readonly generationConfig: Readonly<Record<string, unknown>> | undefined;
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
  readonly graph: Uint8Array;
  readonly graphFile: GraphFile;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** Reads everything at once, so that the progress knows the whole size early. */
async function readFiles(folder: ModelFolder, modelFile: string): Promise<ReadFiles> {
  const readGraph = async (): Promise<Pick<ReadFiles, "graph" | "graphFile" | "externalData">> => {
    const graph = required(folder, modelFile, await folder.read(modelFile));
    const graphFile = inspectGraphFile(folder.describe(modelFile), graph);
    const directory = modelFile.slice(0, modelFile.lastIndexOf("/") + 1);
    const externalData = await Promise.all(
      graphFile.externalData.map(async (path) => ({ path, data: required(folder, directory + path, await folder.read(directory + path)) })),
    );
    return { graph, graphFile, externalData };
  };
  const [config, generationConfig, tokenizer, tokenizerConfig, graph] = await Promise.all([
    readJson(folder, "config.json"),
    readJson(folder, "generation_config.json"),
    readJson(folder, "tokenizer.json"),
    readJson(folder, "tokenizer_config.json"),
    readGraph(),
  ]);
  return {
    config: required(folder, "config.json", config),
    generationConfig,
    tokenizer: required(folder, "tokenizer.json", tokenizer),
    tokenizerConfig: tokenizerConfig ?? {},
    ...graph,
  };
}

async function openRuntime({ execution = "auto", threads }: LoadModelOptions): Promise<Runtime> {
  const candidates = execution === "auto" ? await environment.availableExecutions() : [execution];
  return environment.openRuntime(candidates[0]!, threads);
}

async function createInference(
  runtime: Runtime,
  folder: ModelFolder,
  { graph, graphFile, externalData }: ReadFiles,
  { modelFile = "onnx/model.onnx", threads }: LoadModelOptions,
): Promise<InferenceSession> {
  const { ort, executionProviders, execution } = runtime;
  const onGpu = execution === "webgpu";
  const options: InferenceSession.SessionOptions = {
    executionProviders,
    logSeverityLevel: 3,
    ...(onGpu && { preferredOutputLocation: "gpu-buffer" as const }),
    ...(execution === "native" && threads !== undefined && { intraOpNumThreads: threads }),
    ...(execution !== "native" && externalData.length > 0 && { externalData }),
  };
  // The native runtime finds external data only beside a file that it opens itself.
  const path = execution === "native" && graphFile.externalData.length > 0 ? folder.localPath(modelFile) : undefined;
  try {
    return await queueOf(ort).enqueue(() =>
      path === undefined ? ort.InferenceSession.create(graph, options) : ort.InferenceSession.create(path, options),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelLoadError(folder.describe(modelFile), `could not be loaded on ${execution} (${reason}).`, error);
  }
}

function causalGraph(
  runtime: Runtime,
  inference: InferenceSession,
  signature: GraphSignature,
  config: ModelConfig,
  tokenizer: Tokenizer,
): CausalGraph {
  const vocabSize = signature.vocabSize ?? config.vocabSize ?? tokenizer.vocabSize;
  if (tokenizer.vocabSize > vocabSize) {
    throw new VocabularyMismatchError(
      { model: vocabSize, tokenizer: tokenizer.vocabSize },
      "Use the tokenizer that the model was trained with.",
    );
  }
  const contextLength = config.contextLength ?? Infinity;
  return { runtime, inference, signature, vocabSize, contextLength, queue: queueOf(runtime.ort), disposed: false };
}

function languageModel(name: string, graph: CausalGraph, config: ModelConfig, tokenizer: Tokenizer, files: ReadFiles): OnnxLanguageModel {
  const { vocabSize, contextLength, queue, inference } = graph;
  const causal: CausalModel = {
    kind: "causal",
    vocabSize,
    contextLength,
    capabilities: { rewind: true, fork: true, tree: false },
    async createSession() {
      if (graph.disposed) throw new DisposedError("model");
      return createOnnxSession(graph);
    },
  };
  return {
    name,
    tokenizer,
    stopTokens: config.stopTokens,
    causal,
    execution: graph.runtime.execution,
    parameters: files.graphFile.parameters,
    bytes: files.externalData.reduce((sum, { data }) => sum + data.length, files.graph.length),
    async dispose() {
      if (graph.disposed) return;
      graph.disposed = true;
      await queue.enqueue(() => inference.release());
    },
  };
}
