import type { InferenceSession } from "onnxruntime-common";
import type { LanguageModel } from "../contracts/language-model.ts";
import type { MaskedModel } from "../contracts/model.ts";
import { ModelShapeError } from "../errors.ts";
import { objectOption, type OptionDefinition, resolveOptions } from "../options.ts";
import { PAST } from "./cache-layout.ts";
import { type GraphSignature, readGraphSignature } from "./graph-signature.ts";
import { findMaskToken } from "./mask-token.ts";
import { type CachelessGraph, cachelessMaskedModel } from "./cacheless-masked-model.ts";
import { isCausal, longestTextIn, usablePositions, withTextConfig } from "./model-config.ts";
import { modelFacts } from "./model-facts.ts";
import type { ChosenFile, Execution, LoadMaskedModelOptions, MaskedTensor, ModelSource } from "./model-source.ts";
import { LOAD_OPTIONS, type OpenedModel, openModel, releaseUnlessLoaded, sizeOf } from "./open-model.ts";
import { queueOf, releaseInTurn } from "./runtime-queue.ts";
import { namesOption } from "./tensor-names.ts";
import { textEndsOf, withoutEnd } from "./text-ends.ts";
import { textOfModel } from "./text-of-model.ts";
import { withoutCausalOptions } from "./without-causal-options.ts";

/** A masked model loaded from ONNX files, with its tokenizer. It has no causal model. */
export interface OnnxMaskedModel extends LanguageModel {
  /**
   * Its sessions keep their own prefix; `createSession` ignores a causal session. A pass reads prefix and canvas between the tokens that the
   * tokenizer adds around a text, such as [CLS] and [SEP]; the first is not added to a prefix that already begins with it.
   * `contextLength` is that of prefix and canvas without these tokens. A commit makes no pass. `predictLeaveOneOut` is absent.
   */
  readonly masked: MaskedModel;
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

const TENSORS = ["input_ids", "attention_mask", "position_ids", "token_type_ids", "logits"] as const satisfies readonly MaskedTensor[];

const OPTIONS = {
  ...withoutCausalOptions(LOAD_OPTIONS),
  names: namesOption(TENSORS),
  maskToken: objectOption("a token id >= 0, or the name of a token", (value) =>
    typeof value === "string" ? value !== "" : Number.isSafeInteger(value) && (value as number) >= 0,
  ),
} as const satisfies Readonly<Record<keyof LoadMaskedModelOptions, OptionDefinition>>;

/**
 * Loads a model that predicts masked tokens (BERT, RoBERTa, ModernBERT, LLaDA) and its tokenizer from a folder in the Hugging Face layout,
 * for `refine`, `infill` and `rewrite` of `@decodekit/refinement`. The graph has no cache: its inputs are `input_ids` and optionally
 * `attention_mask`, `position_ids` and `token_type_ids`, shape (batch, sequence), and its output is `logits`, shape
 * (batch, sequence, vocabSize), whose row i predicts the token at position i.
 *
 * `tokenizer.encode` adds the token that begins a text, but not the one that ends it, so that a canvas can follow: the sessions add what a
 * prompt lacks. The model's files decide the mask token, see `LoadMaskedModelOptions.maskToken`.
 * @throws InvalidOptionError for an invalid option or source, or a `maskToken` that is not a token of the model.
 * @throws ModelLoadError if a file is missing, cut short or invalid, or no mask token is found.
 * @throws ModelShapeError if the graph does not have these inputs and outputs, or is a causal model, which `loadModel` loads.
 * @throws VocabularyMismatchError if the tokenizer has ids outside the model's vocabulary, other than those of added tokens.
 * @throws ExecutionUnavailableError if the requested execution is not available, or its runtime does not start.
 */
export async function loadMaskedModel(source: ModelSource, options: LoadMaskedModelOptions = {}): Promise<OnnxMaskedModel> {
  const where = "loadMaskedModel";
  resolveOptions(where, options, OPTIONS);
  const { names = {}, maskToken, ...loading } = options;
  const opened = await openModel(where, source, { ...loading, rewriting: false }, names.input_ids);
  const { runtime, folder, inference, warn, templateFile } = opened;
  return releaseUnlessLoaded(opened, async () => {
    const files = { ...opened.files, config: withTextConfig(opened.files.config) };
    const signature = readMaskedSignature(opened, names);
    const facts = modelFacts(files, signature, opened.tokenizer, warn);
    const { vocabSize } = facts;
    const { tokenizer, ...text } = await textOfModel(files, opened.tokenizer, { ...facts, templateFile });
    const ends = textEndsOf(tokenizer);
    const positions = usablePositions(files.config, facts.contextLength);
    const longest = Math.min(positions, longestTextIn(files.tokenizerConfig) ?? Infinity);
    const graph: CachelessGraph = {
      source: folder.describe(files.main.path),
      runtime,
      signature,
      inference,
      vocabSize,
      contextLength: Math.max(0, longest - ends.begin.length - ends.end.length),
      maskTokenId: findMaskToken({ option: maskToken, files, tokenizer, vocabSize }),
      ends,
      queue: queueOf(runtime.ort),
      buffers: opened.buffers,
      disposed: false,
    };
    return {
      name: folder.name,
      tokenizer: withoutEnd(tokenizer, ends),
      ...text,
      ...modelOf(graph),
      ...sizeOf(files),
      file: files.chosen,
    };
  });
}

/** @throws ModelShapeError for a causal graph, and for one with other inputs and outputs. */
function readMaskedSignature(
  { folder, files, inference }: OpenedModel,
  names: NonNullable<LoadMaskedModelOptions["names"]>,
): GraphSignature {
  const source = folder.describe(files.main.path);
  const { inputMetadata: inputs, outputMetadata: outputs } = inference;
  const refuse = (tensor: string, expected: string, actual: string): never => {
    throw new ModelShapeError({ source, tensor, expected, actual: `${actual}: load it with loadModel` });
  };
  const past = inputs.find(({ name }) => PAST.test(name));
  if (past) refuse(`input ${past.name}`, "absent, as in a model that predicts masked tokens", "the cache of a causal model");
  if (isCausal(withTextConfig(files.config)))
    refuse("the model", "one that predicts masked tokens", "a causal one by the architectures of config.json");
  const { logits: _, ...inputNames } = names;
  const moreInputs = Object.values(inputNames).filter((name) => name !== undefined);
  const signature = readGraphSignature(source, inputs, outputs, { withoutCache: true, names, moreInputs });
  checkOpenLength(source, inputs, names.input_ids ?? "input_ids");
  return signature;
}

/** @throws ModelShapeError for a graph that reads texts of one length only. */
function checkOpenLength(source: string, inputs: readonly InferenceSession.ValueMetadata[], tensor: string): void {
  const ids = inputs.find(({ name }) => name === tensor);
  if (!ids?.isTensor || typeof ids.shape[1] !== "number") return;
  const actual = `(${ids.shape.join(", ")}): export the model with a sequence of any length`;
  throw new ModelShapeError({ source, tensor, expected: "of shape (batch, sequence) with an open sequence", actual });
}

function modelOf(graph: CachelessGraph): Pick<OnnxMaskedModel, "masked" | "execution" | "dispose" | typeof Symbol.asyncDispose> {
  return {
    masked: cachelessMaskedModel(graph),
    execution: graph.runtime.execution,
    async dispose() {
      if (graph.disposed) return;
      graph.disposed = true;
      graph.buffers.dispose();
      await releaseInTurn(graph.queue, () => graph.inference.release());
    },
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
}
