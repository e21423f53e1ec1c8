import type { InferenceSession } from "onnxruntime-common";
import { DisposedError, ModelShapeError } from "../errors.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import type { CausalModel } from "../contracts/model.ts";
import { resolveOptions } from "../options.ts";
import { PAST } from "./cache-layout.ts";
import { cacheSizesIn } from "./cache-sizes.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { readGraphSignature } from "./graph-signature.ts";
import { type LazyCanvas, lazyCanvas } from "./lazy-canvas.ts";
import { onnxMaskedModel } from "./masked-session.ts";
import { isCausal, maskTokenIn, predictsMasks, withTextConfig } from "./model-config.ts";
import { modelFacts } from "./model-facts.ts";
import type { Execution, LoadModelOptions, ModelSource } from "./model-source.ts";
import { createOnnxSession } from "./onnx-session.ts";
import { LOAD_OPTIONS, openModel, releaseUnlessLoaded, sizeOf } from "./open-model.ts";
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

/**
 * Loads a causal language model and its tokenizer from a folder in the Hugging Face layout.
 * Reads only the files of `source`, and runs no code from it.
 * Reports unusable values in the model's files to `onWarning` if the model can run without them.
 * @throws InvalidOptionError for an invalid option or source.
 * @throws ModelLoadError if a file is missing, cut short or invalid, or needs float16 on a GPU without it.
 * @throws ModelShapeError if the graph is no causal language model of a known layout, for example one that predicts masked tokens, which
 * `loadMaskedModel` loads.
 * @throws VocabularyMismatchError if the tokenizer has ids outside the model's vocabulary, other than those of added tokens, which only
 * a text that contains them cannot use.
 * @throws ExecutionUnavailableError if the requested execution is not available, or its runtime does not start.
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<OnnxLanguageModel> {
  const where = "loadModel";
  resolveOptions(where, options, LOAD_OPTIONS);
  const opened = await openModel(where, source, options);
  const { runtime, folder, files, inference, tokenizer, warn } = opened;
  return releaseUnlessLoaded(opened, async () => {
    const graphSource = folder.describe(files.main.path);
    const config = withTextConfig(files.config);
    if (predictsMasks(config)) refuseMasked(graphSource, inference.inputMetadata);
    const signature = readGraphSignature(graphSource, inference.inputMetadata, inference.outputMetadata, {
      sizes: cacheSizesIn(config),
      withoutCache: isCausal(config),
    });
    const facts = modelFacts({ ...files, config }, signature, tokenizer, warn);
    const { vocabSize, contextLength } = facts;
    const maskTokenId = files.canvas && maskTokenIn(config, vocabSize);
    const canvas =
      files.canvas && lazyCanvas(runtime, folder, files.canvas, { signature, maskTokenId: maskTokenId!, threads: options.threads });
    const text = await textOfModel(files, tokenizer, { ...facts, templateFile: opened.templateFile });
    const graph: CausalGraph = {
      source: graphSource,
      runtime,
      inference,
      signature,
      vocabSize,
      contextLength,
      queue: queueOf(runtime.ort),
      canvas,
      disposed: false,
    };
    return { name: folder.name, ...text, ...modelsOf(graph, canvas), ...sizeOf(files.main) };
  });
}

/** @throws ModelShapeError for a graph without a cache, of a model that its configuration says predicts masked tokens. */
function refuseMasked(source: string, inputs: readonly InferenceSession.ValueMetadata[]): void {
  if (inputs.some(({ name }) => PAST.test(name))) return;
  const actual = "none, since config.json is that of a model that predicts masked tokens: load it with loadMaskedModel";
  throw new ModelShapeError({ source, tensor: "past_key_values.0.key", expected: "an input of cached keys", actual });
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
