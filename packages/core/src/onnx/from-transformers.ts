import * as ort from "onnxruntime-common";
import { InvalidOptionError, ModelShapeError } from "../errors.ts";
import type { RowConsistency } from "../contracts/model.ts";
import { objectOption, type OptionDefinition, resolveOptions } from "../options.ts";
import { logWarning, type WarningHandler } from "../warnings.ts";
import { cacheSizesIn } from "./cache-sizes.ts";
import type { CausalGraph } from "./causal-graph.ts";
import { modelsOf, passesAreRight } from "./causal-models.ts";
import { bufferPool } from "./gpu-rows/buffer-pool.ts";
import { readGraphSignature } from "./graph-signature.ts";
import { huggingFaceTokenizer } from "./hugging-face-tokenizer.ts";
import type { JsonFile } from "./json-file.ts";
import type { OnnxLanguageModel } from "./onnx-language-model.ts";
import { isCausal, withTextConfig } from "./model-config.ts";
import { modelFacts } from "./model-facts.ts";
import type { Execution, Warn } from "./model-source.ts";
import { queueOf } from "./runtime-queue.ts";
import { textOfModel } from "./text-of-model.ts";

/** A model that transformers.js has loaded, as far as it is used: a `PreTrainedModel` for causal language modeling. */
export interface TransformersModel {
  readonly sessions: Readonly<Record<string, unknown>>;
  readonly config: object;
  readonly generation_config?: object | null | undefined;
}

/** A tokenizer that transformers.js has loaded, as far as it is used: a `PreTrainedTokenizer`. */
export interface TransformersTokenizer {
  readonly chat_template?: unknown;
}

/** What transformers.js has loaded; also a pipeline for text generation, which has both. */
export interface LoadedTransformers {
  readonly model: TransformersModel;
  readonly tokenizer: TransformersTokenizer;
}

export interface FromTransformersOptions {
  /** Name of the model, for messages. @defaultValue that of its configuration, else "transformers.js" */
  readonly name?: string | undefined;
  /** The chat template, for a model whose template is a file of its own, which transformers.js does not read. @defaultValue that of the tokenizer */
  readonly chatTemplate?: string | undefined;
  /** Receives warnings. @defaultValue logWarning, which writes to the console */
  readonly onWarning?: WarningHandler | undefined;
}

const OPTIONS = {
  name: objectOption("a string", (value) => typeof value === "string"),
  chatTemplate: objectOption("a string", (value) => typeof value === "string"),
  onWarning: objectOption("a function", (value) => typeof value === "function"),
} as const satisfies Readonly<Record<keyof FromTransformersOptions, OptionDefinition>>;

/** A model of transformers.js as a language model. */
export type TransformersLanguageModel = Omit<OnnxLanguageModel, "file" | "parameters" | "bytes" | "masked">;

const where = "fromTransformers";

/**
 * Returns a language model that runs in the session of a model which transformers.js (4.x) has loaded, with its tokenizer and chat template:
 * nothing is loaded again, and no weight is held twice. The model stays its owner's: `dispose` of the returned model frees nothing of it.
 *
 * The graph is run as it is: every pass computes all rows, it reads no trees, and files of 8 bits with one scale for all rows of a pass are
 * not lossless, of which a warning tells. `loadModel` mends that. The same model must not generate in transformers.js at the same time.
 * @throws InvalidOptionError for anything but a model and a tokenizer of transformers.js, and for one whose session runs on a GPU: its
 * cache is in buffers of another runtime.
 * @throws ModelShapeError if the session's graph is not a causal language model of a known layout.
 * @throws VocabularyMismatchError if the tokenizer has ids outside the model's vocabulary, other than those of added tokens.
 */
export async function fromTransformers(
  loaded: LoadedTransformers,
  options: FromTransformersOptions = {},
): Promise<TransformersLanguageModel> {
  const {
    name: given,
    chatTemplate,
    onWarning = logWarning,
  } = resolveOptions<FromTransformersOptions, typeof OPTIONS>(where, options, OPTIONS);
  const { session, config, generationConfig, tokenizer: files } = partsOf(loaded, chatTemplate);
  const configName = config.values["_name_or_path"];
  const name = given ?? (typeof configName === "string" && configName !== "" ? configName : "transformers.js");
  const warn: Warn = (message, option = "source") => onWarning({ where, option, message });
  const tokenizer = huggingFaceTokenizer(files.tokenizer, files.config);
  const signature = readGraphSignature(name, session.inputMetadata, session.outputMetadata, {
    sizes: cacheSizesIn(config),
    withoutCache: isCausal(config),
    names: {},
    moreInputs: [],
  });
  const facts = modelFacts({ config, generationConfig }, signature, tokenizer, warn);
  const contextLength = Math.min(facts.contextLength, ...signature.cache.map(({ capacity = Infinity }) => capacity));
  const text = await textOfModel({ tokenizerConfig: files.config, generationConfig }, tokenizer, { ...facts, templateFile: undefined });
  const graph: CausalGraph = {
    source: name,
    runtime: { ort, execution: executionOf(session), executionProviders: [], runsFloat16: true },
    inference: borrowed(session),
    embeddings: undefined,
    signature,
    vocabSize: facts.vocabSize,
    contextLength,
    queue: queueOf(ort),
    canvas: undefined,
    buffers: bufferPool(),
    multiTokenPasses: !signature.hasCacheBranch,
    rowConsistency: statedConsistency(session),
    readsTrees: false,
    hiddenLayers: [],
    draftHead: undefined,
    disposed: false,
  };
  await passesAreRight(graph, { rewriting: "none", warn }, undefined);
  return { name, ...text, ...modelsOf(graph, undefined) };
}

/** The session of a model of transformers.js, which keeps how it was made. */
interface BorrowedSession extends ort.InferenceSession {
  readonly config?: { readonly device?: unknown; readonly dtype?: unknown };
}

interface Parts {
  readonly session: BorrowedSession;
  readonly config: JsonFile;
  readonly generationConfig: JsonFile | undefined;
  readonly tokenizer: { readonly tokenizer: JsonFile; readonly config: JsonFile };
}

/** @throws InvalidOptionError if something is missing. */
function partsOf({ model, tokenizer }: LoadedTransformers, chatTemplate: string | undefined): Parts {
  const refuse = (option: string, expected: string, actual: unknown): never => {
    throw new InvalidOptionError({ where, option, expected, actual });
  };
  // Its models and tokenizers are functions.
  const object = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
    (typeof value === "object" && value !== null) || typeof value === "function" ? (value as Readonly<Record<string, unknown>>) : undefined;
  const sessions = object(object(model)?.["sessions"]);
  if (!sessions) return refuse("model", "a model that transformers.js has loaded, with its sessions", model);
  const { model: session, ...others } = sessions as { model?: BorrowedSession };
  if (!session || Object.keys(others).length > 0) {
    const actual = `the sessions ${Object.keys(sessions).join(", ")}`;
    throw new ModelShapeError({ source: where, tensor: "the model", expected: 'a decoder in one session, "model"', actual });
  }
  const { _tokenizerJSON: json, _tokenizerConfig: settings } = (object(tokenizer) ?? {}) as Record<string, unknown>;
  if (!object(json)) return refuse("tokenizer", "a tokenizer that transformers.js 4 has loaded", tokenizer);
  const file = (source: string, values: unknown): JsonFile => ({ source, values: object(values) ?? {} });
  const generationConfig = object(model.generation_config);
  const template = chatTemplate ?? object(tokenizer)?.["chat_template"];
  return {
    session,
    config: withTextConfig(file("config.json", model.config)),
    generationConfig: generationConfig && file("generation_config.json", { ...generationConfig }),
    tokenizer: {
      tokenizer: file("tokenizer.json", json),
      config: file("tokenizer_config.json", { ...object(settings), ...(typeof template === "string" && { chat_template: template }) }),
    },
  };
}

/** @throws InvalidOptionError for a GPU. */
function executionOf({ config }: BorrowedSession): Execution {
  const device = config?.device;
  if (device === "webgpu" || device === "webnn" || device === "webnn-gpu") {
    const expected =
      'loaded with the device "wasm" or "cpu": on a GPU its cache is in buffers of another runtime. Load the model with loadModel';
    throw new InvalidOptionError({ where, option: "model", expected, actual: device });
  }
  return device === "wasm" ? "wasm" : "native";
}

/** What the data type tells about rows; passes then show whether it is worse. */
function statedConsistency({ config }: BorrowedSession): RowConsistency {
  return ["q8", "int8", "uint8"].includes(String(config?.dtype)) ? "approximate" : "rounding";
}

/** The session without its release, which is its owner's. */
function borrowed(session: BorrowedSession): ort.InferenceSession {
  return new Proxy(session, {
    get(target, name) {
      if (name === "release") return () => Promise.resolve();
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
