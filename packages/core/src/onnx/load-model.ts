import type { InferenceSession } from "onnxruntime-common";
import { InvalidOptionError, ModelShapeError } from "../errors.ts";
import { type OptionDefinition, resolveOptions } from "../options.ts";
import { PAST } from "./cache-layout.ts";
import { cacheSizesIn } from "./cache-sizes.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { type HeadFiles, openDraftHead, readHeadFiles } from "./draft-head/open-draft-head.ts";
import type { OpenedHead } from "./draft-head/opened-head.ts";
import { type GraphSignature, readGraphSignature } from "./graph-signature.ts";
import { lazyCanvas } from "./lazy-canvas.ts";
import { hasWindow, isCausal, maskTokenIn, predictsMasks, withTextConfig } from "./model-config.ts";
import { modelFacts } from "./model-facts.ts";
import type { GraphFiles, ModelFileContents } from "./model-files.ts";
import type { CausalTensor, LoadModelOptions, ModelSource } from "./model-source.ts";
import { LOAD_OPTIONS, type OpenedModel, openModel, openRuntime, releaseUnlessLoaded, sizeOf } from "./open-model.ts";
import type { OnnxLanguageModel } from "./onnx-language-model.ts";
import { modelsOf, passesAreRight } from "./causal-models.ts";
import { probeTrees } from "./probe-trees.ts";
import { readEditableGraph } from "./rewriting/editable-graph.ts";
import { findResidualStream } from "./rewriting/residual-stream.ts";
import { readRowConsistency, worseConsistency } from "./row-consistency.ts";
import { queueOf } from "./runtime-queue.ts";
import { namesOption } from "./tensor-names.ts";
import { textOfModel } from "./text-of-model.ts";

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
  checkStates(where, options);
  const { names, draftHead, hiddenLayers, ...loading } = options;
  const head = draftHead === undefined ? undefined : await readHeadFiles(where, draftHead, await openRuntime(options), options);
  let layers: readonly number[] = hiddenLayers ?? [];
  const layersFor = ({ main }: ModelFileContents): readonly number[] => {
    if (head) layers = head.layersFor(layersIn(main, names?.input_ids).length);
    return layers;
  };
  const opened = await openModel(where, source, { ...loading, layersFor }, names?.input_ids);
  return loadOpened(opened, options, { layers, head });
}

/** What is asked for of the hidden states of layers. */
interface LayerUse {
  readonly layers: readonly number[];
  readonly head: HeadFiles | undefined;
}

/** Loads the model of an opened graph; if the passes of a rewritten one are wrong, of the graph as it is. */
async function loadOpened(opened: OpenedModel, options: LoadModelOptions, use: LayerUse): Promise<OnnxLanguageModel> {
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
    if (use.layers.length > 0) checkLayers(opened, signature, { ...use, ids: names.input_ids });
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
      hiddenLayers: use.layers,
      draftHead: undefined,
      disposed: false,
    };
    if (!(await passesAreRight(graph, opened, options.signal))) return undefined;
    graph.readsTrees = !hasWindow(config, contextLength) && (await probeTrees(graph, options.signal));
    if (use.head) graph.draftHead = await openHead(graph, opened, { head: use.head, layers: use.layers.length, options });
    return { name: folder.name, ...text, ...modelsOf(graph, canvas), ...sizeOf(files), file: files.chosen };
  });
  return model ?? loadOpened(await opened.reopen(), options, use);
}

/** @throws InvalidOptionError for options that contradict each other. */
function checkStates(where: string, { hiddenLayers, draftHead, rewriting }: LoadModelOptions): void {
  if (hiddenLayers && draftHead !== undefined) {
    const expected = "left out with draftHead, which chooses the layers";
    throw new InvalidOptionError({ where, option: "hiddenLayers", expected, actual: hiddenLayers });
  }
  if (rewriting !== false || (!hiddenLayers && draftHead === undefined)) return;
  const expected = "left out or true: the hidden states of layers are had by rewriting the graph";
  throw new InvalidOptionError({ where, option: "rewriting", expected, actual: rewriting });
}

/** Returns the layers of a graph after which its residual stream was found, in ascending order. */
function layersIn({ file }: GraphFiles, ids: string | undefined): readonly number[] {
  const stream = findResidualStream(readEditableGraph(file.outline), ids);
  return [...(stream?.afterLayers.keys() ?? [])].toSorted((a, b) => a - b);
}

/** @throws ModelShapeError if the states after some of the layers are not there. */
function checkLayers(
  { folder, files: { main, config } }: OpenedModel,
  signature: GraphSignature,
  { layers, ids }: Pick<LayerUse, "layers"> & { readonly ids: string | undefined },
): void {
  const found = layersIn(main, ids);
  const { num_hidden_layers: stated } = withTextConfig(config).values;
  if (signature.layerStates && (typeof stated !== "number" || stated === found.length)) return;
  const sums = "sums (Add, SkipSimplifiedLayerNormalization or SkipLayerNormalization) that lead from the embeddings through each layer";
  const expected = `${sums}, so that the hidden states after layers ${layers.join(", ")} can be returned`;
  const last = found.at(-1);
  const places = last === undefined ? "none" : `${found.length} layers with such sums, 0 to ${last}`;
  const ofConfig = typeof stated === "number" && stated !== found.length ? `${places}, where config.json has ${stated}` : places;
  const isThere = ofConfig === places && layers.every((layer) => found.includes(layer));
  const actual = isThere ? "a graph that the runtime runs only as it is" : ofConfig;
  throw new ModelShapeError({ source: folder.describe(main.path), tensor: "the graph", expected, actual });
}

async function openHead(
  { runtime, vocabSize, buffers }: CausalGraph,
  { folder, files, embeddings, warn }: OpenedModel,
  { head, layers, options }: { readonly head: HeadFiles; readonly layers: number; readonly options: LoadModelOptions },
): Promise<OpenedHead> {
  const { names = {}, threads, signal } = options;
  const { input_ids: ids = "input_ids", logits = "logits" } = names;
  const target = { runtime, folder, graph: files.main, embeddings, ids, threads, warn, signal, vocabSize, logits, buffers };
  return openDraftHead(head, target, layers);
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
