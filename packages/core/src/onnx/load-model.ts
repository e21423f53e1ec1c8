import type { InferenceSession } from "onnxruntime-common";
import { DisposedError, ModelShapeError } from "../errors.ts";
import type { LanguageModel } from "../contracts/language-model.ts";
import type { CausalModel } from "../contracts/model.ts";
import { type OptionDefinition, resolveOptions } from "../options.ts";
import { PAST } from "./cache-layout.ts";
import { cacheSizesIn } from "./cache-sizes.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { readGraphSignature } from "./graph-signature.ts";
import { type LazyCanvas, lazyCanvas } from "./lazy-canvas.ts";
import { onnxMaskedModel } from "./masked-session.ts";
import { hasWindow, isCausal, maskTokenIn, predictsMasks, withTextConfig } from "./model-config.ts";
import { modelFacts } from "./model-facts.ts";
import type { CausalTensor, ChosenFile, Execution, LoadModelOptions, ModelSource } from "./model-source.ts";
import { createOnnxSession } from "./onnx-session.ts";
import { LOAD_OPTIONS, type OpenedModel, openModel, releaseGraphs, releaseUnlessLoaded, sizeOf } from "./open-model.ts";
import { probePasses } from "./probe-passes.ts";
import { probeTrees } from "./probe-trees.ts";
import { readRowConsistency, worseConsistency } from "./row-consistency.ts";
import { queueOf, releaseInTurn } from "./runtime-queue.ts";
import { namesOption } from "./tensor-names.ts";
import { textOfModel } from "./text-of-model.ts";

/** A model loaded from ONNX files, with its tokenizer. */
export interface OnnxLanguageModel extends LanguageModel {
  readonly causal: CausalModel;
  /** The execution that the model runs on. */
  readonly execution: Execution;
  /** The file that was opened, and why. */
  readonly file: ChosenFile;
  /** Number of elements of the graph's weights. */
  readonly parameters: number;
  /** Size of the graph and its external data, in bytes. */
  readonly bytes: number;
  /** Frees the model; its sessions throw DisposedError from then on. Later calls do nothing. */
  dispose(): Promise<void>;
  /** The same, for `await using model = await …`. */
  [Symbol.asyncDispose](): Promise<void>;
}

const TENSORS = [
  "input_ids",
  "attention_mask",
  "position_ids",
  "token_type_ids",
  "num_logits_to_keep",
  "write_indices",
  "nonpad_kv_seqlen",
  "use_cache_branch",
  "logits",
] as const satisfies readonly CausalTensor[];

const OPTIONS = { ...LOAD_OPTIONS, names: namesOption(TENSORS) } as const satisfies Readonly<
  Record<keyof LoadModelOptions, OptionDefinition>
>;

/**
 * Loads a causal language model and its tokenizer from a folder in the Hugging Face layout.
 * Reads only the files of `source`, and runs no code from it.
 * Reports unusable values in the model's files to `onWarning` if the model can run without them.
 * @throws InvalidOptionError for an invalid option or source.
 * @throws ModelLoadError if a file is missing, cut short or invalid, or needs float16 on a GPU without it.
 * @throws ModelShapeError if the graph is not a causal language model of a known layout, for example one that predicts masked tokens, which
 * `loadMaskedModel` loads.
 * @throws VocabularyMismatchError if the tokenizer has ids outside the model's vocabulary, other than those of added tokens, which only
 * a text that contains them cannot use.
 * @throws ExecutionUnavailableError if the requested execution is not available, or its runtime does not start.
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<OnnxLanguageModel> {
  const where = "loadModel";
  resolveOptions(where, options, OPTIONS);
  return loadOpened(await openModel(where, source, options, options.names?.input_ids), options);
}

/** Loads the model of an opened graph; if the passes of a rewritten one are wrong, of the graph as it is. */
async function loadOpened(opened: OpenedModel, options: LoadModelOptions): Promise<OnnxLanguageModel> {
  const { names = {} } = options;
  const { runtime, folder, files, inference, embeddings, tokenizer, warn } = opened;
  const model = await releaseUnlessLoaded(opened, async () => {
    const graphSource = folder.describe(files.main.path);
    const config = withTextConfig(files.config);
    if (predictsMasks(config)) refuseMasked(graphSource, inference.inputMetadata);
    const signature = readGraphSignature(graphSource, inference.inputMetadata, inference.outputMetadata, {
      sizes: cacheSizesIn(config),
      withoutCache: isCausal(config),
      ...(embeddings && { embedded: embeddings.names }),
      names,
      moreInputs: inputsIn(names, embeddings !== undefined),
    });
    if (options.hiddenStates && !signature.hiddenStates) warn(`${graphSource}: ${NO_HIDDEN_STATES}`);
    if (signature.hasCacheBranch) warn(`${graphSource}: ${OLD_DECODER}`);
    const facts = modelFacts({ ...files, config }, signature, tokenizer, warn);
    const { vocabSize } = facts;
    const contextLength = Math.min(facts.contextLength, ...signature.cache.map(({ capacity = Infinity }) => capacity));
    const maskTokenId = files.canvas && maskTokenIn(config, vocabSize);
    const canvas =
      files.canvas && lazyCanvas(runtime, folder, files.canvas, { signature, maskTokenId: maskTokenId!, threads: options.threads });
    const text = await textOfModel(files, tokenizer, { ...facts, templateFile: opened.templateFile });
    const graph: CausalGraph = {
      source: graphSource,
      runtime,
      inference,
      embeddings,
      signature,
      vocabSize,
      contextLength,
      queue: queueOf(runtime.ort),
      canvas,
      buffers: opened.buffers,
      multiTokenPasses: !signature.hasCacheBranch,
      rowConsistency: files.canvas
        ? worseConsistency(opened.rowConsistency, readRowConsistency(files.canvas.file.outline, runtime.execution))
        : opened.rowConsistency,
      readsTrees: false,
      disposed: false,
    };
    if (!(await passesAreRight(graph, opened, options.signal))) return undefined;
    graph.readsTrees = !hasWindow(config, contextLength) && (await probeTrees(graph, options.signal));
    return { name: folder.name, ...text, ...modelsOf(graph, canvas), ...sizeOf(files), file: files.chosen };
  });
  return model ?? loadOpened(await opened.reopen(), options);
}

/** Probes the passes of a graph. Returns false for a rewritten graph that must be opened with less. */
async function passesAreRight(graph: CausalGraph, { rewriting, warn }: OpenedModel, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const probe = await probePasses(graph, signal);
    if (rewriting !== "none" && (probe.rows === "failed" || probe.rows === "mixed")) return false;
    if (rewriting === "padding" && probe.rows !== "exact") return false;
    if (probe.rows === "failed") {
      graph.multiTokenPasses = false;
      warn(`${graph.source} cannot be read several tokens at a time (${probe.reason}). It reads them one by one.`);
    } else graph.rowConsistency = worseConsistency(graph.rowConsistency, probe.rows);
    if (graph.rowConsistency === "mixed") {
      const consequence = "a decoder that verifies drafts may return another text than one that reads token by token";
      warn(`${graph.source} gives a token other logits if it is read in a pass with others: ${consequence}.`);
    }
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    if (rewriting !== "none") return false;
    throw error;
  }
}

const NO_HIDDEN_STATES =
  "its last projection was not found, or it is not rewritten, so that passes return none of the hidden states that were asked for.";

const OLD_DECODER =
  "a merged decoder of an older exporter reads one token per pass after the first, so that drafts cannot make it faster. Export the model again.";

/** Returns the graph's inputs that `names` names; token ids may be an input of another graph. */
function inputsIn(names: NonNullable<LoadModelOptions["names"]>, readsEmbeddings: boolean): readonly string[] {
  const { logits: _, input_ids: ids, ...others } = names;
  return [...Object.values(others), ...(readsEmbeddings ? [] : [ids])].filter((name) => name !== undefined);
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
): Pick<OnnxLanguageModel, "causal" | "masked" | "execution" | "dispose" | typeof Symbol.asyncDispose> {
  const { vocabSize, contextLength, queue, runtime } = graph;
  const causal: CausalModel = {
    kind: "causal",
    vocabSize,
    contextLength,
    capabilities: {
      rewind: true,
      fork: true,
      tree: (canvas !== undefined && !graph.signature.hiddenStates) || graph.readsTrees,
      ...(graph.signature.hiddenStates && { hiddenStates: true }),
      ...(!graph.multiTokenPasses && { multiTokenPasses: false }),
      rowConsistency: graph.rowConsistency,
    },
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
      await releaseGraphs(graph);
      await releaseInTurn(queue, () => canvas?.release());
    },
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
}
