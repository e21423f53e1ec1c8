import type { Dtype } from "../contracts/dtype.ts";
import type { TokenId } from "../contracts/model.ts";
import type { WarningHandler } from "../warnings.ts";

/** The URLs of a model's files by path within its folder ("config.json", "onnx/model.onnx"). */
export interface ModelFiles {
  readonly name: string;
  readonly files: Readonly<Record<string, string | URL>>;
}

/** A file of a model, opened for reading. */
export interface StoredFile {
  /** Size in bytes, if it is known before reading. */
  readonly bytes: number | undefined;
  /** Starts to read the content, from its beginning. Called at most once. */
  stream(): ReadableStream<Uint8Array>;
  /** Path of the file on this computer, if it has one: the native runtime opens it itself, and no byte passes through JavaScript. */
  readonly localPath?: string | undefined;
  /** The content, if it can be read in any order without being held in memory, as a `File` can. */
  readonly blob?: Blob | undefined;
  /** The server's answer, for messages: "the server answered 200 OK with text/html". Undefined without a server. */
  readonly answer?: string | undefined;
}

/** A file that does not exist. */
export interface AbsentFile {
  /** Why the file is considered absent, for messages: "does not exist", "was not found: the server answered 404 Not Found". */
  readonly absent: string;
}

export interface OpenOptions {
  /** Stops opening; the call rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** To be called while the store fetches the file, if it does so before `open` resolves. A store that never calls it leaves the counting to the reader. */
  readonly onProgress?: ((progress: StoreProgress) => void) | undefined;
}

export interface StoreProgress {
  /** Bytes of this file that are there. */
  readonly loadedBytes: number;
  /** Size of this file; undefined while it is unknown. */
  readonly totalBytes: number | undefined;
  /** Whether the bytes come from a cache rather than from the network. */
  readonly fromCache: boolean;
}

/** A place that holds the files of one model, such as `hub()` of `@decodekit/hub` returns. */
export interface ModelStore {
  /** Name of the model. */
  readonly name: string;
  /** Returns the URL, path or name of a file, for messages. */
  describe(path: string): string;
  /** Opens the file at `path` within the model's folder ("config.json", "onnx/model.onnx"). @throws Error if it cannot be opened. */
  open(path: string, options: OpenOptions): Promise<StoredFile | AbsentFile>;
  /** Data type of the weights to load if `loadModel` is given none. */
  readonly dtype?: Dtype | undefined;
}

/**
 * A model folder in the Hugging Face layout (`config.json`, `generation_config.json`, `tokenizer.json`,
 * `tokenizer_config.json`, `onnx/*.onnx` with optional external data): its URL, in Node also its path, files picked or dropped in a
 * page, the files' URLs by path, or a store. Query and fragment of a folder's URL are kept for each of its files.
 */
export type ModelSource = string | URL | readonly File[] | ModelFiles | ModelStore;

/** "webgpu": GPU in a browser. "wasm": CPU, everywhere. "native": CPU in Node through `onnxruntime-node`. */
export type Execution = "webgpu" | "wasm" | "native";

/** Where the files of onnxruntime-web are: the URL of a folder with all of them, or the URLs of two. In Node also paths. */
export type WasmPaths = string | URL | { readonly wasm?: string | URL | undefined; readonly mjs?: string | URL | undefined };

/** The file that holds the graph of a loaded model, and why it was chosen. */
export interface ChosenFile {
  /** Path within the model's folder, such as "onnx/model_q4.onnx". */
  readonly path: string;
  /** Data type of the weights, as the file's name tells it; undefined if it tells none. */
  readonly dtype: Dtype | undefined;
  /** Why this file was opened, in words that follow "because". */
  readonly reason: string;
}

export interface LoadProgress {
  /** Path of the file within the folder. */
  readonly file: string;
  /** Bytes read of all files so far. */
  readonly loadedBytes: number;
  /** Total bytes of all files; undefined while a size is unknown. */
  readonly totalBytes: number | undefined;
  /** Whether the bytes of this report came from a cache rather than from the network or a disk. */
  readonly fromCache: boolean;
}

export interface LoadModelOptions {
  /** "auto" is the first of webgpu, native and wasm that is available. @defaultValue "auto" */
  readonly execution?: Execution | "auto" | undefined;
  /**
   * Data type of the weights, which names the graph's file: `onnx/model_q4.onnx` or `model_q4.onnx` for "q4".
   * @defaultValue that of the source, else the first that is there: fp32, then those that keep the output of decoders exact
   */
  readonly dtype?: Dtype | undefined;
  /** Path of the graph within the folder, in place of `dtype`. @defaultValue the graph of `dtype` */
  readonly modelFile?: string | undefined;
  /**
   * Path within the folder of the graph that turns tokens into embeddings, for a decoder whose embeddings are a graph of their own.
   * @defaultValue `embed_tokens.onnx` beside the decoder, of the same data type if there is one
   */
  readonly embeddingsFile?: string | undefined;
  /**
   * Names of the graph's inputs and of its output where they differ from the usual ones, such as
   * `{ attention_mask: "mask", logits: "scores" }`. @defaultValue the usual names
   */
  readonly names?: Readonly<Partial<Record<CausalTensor, string>>> | undefined;
  /**
   * Whether to mend what the graph's exporter left out: an input for the number of rows of logits, so that a pass computes and returns only
   * those that are asked for; inputs with which it reads trees of candidates; and in files with dynamic 8-bit quantisation (q8, int8, uint8)
   * a scale for each row of a pass, where there is one for all, so that no row depends on others. On native, products of files with
   * activations of 8 bits also have at least two rows, so that a row is the same bit for bit in every pass. No weight is copied or changed.
   * A graph whose passes are wrong afterwards is opened again with less added. Without it, an embedding graph runs as it is too, in place of
   * reading single rows from its file. @defaultValue true
   */
  readonly rewriting?: boolean | undefined;
  /**
   * Whether passes also return the hidden states, for decoders that compare them, such as contrastive search: `capabilities.hiddenStates`
   * then tells whether the graph could be rewritten so. Every pass copies a few more values. A model with a canvas graph does not read
   * trees then. @defaultValue false
   */
  readonly hiddenStates?: boolean | undefined;
  /**
   * Layers, counted from 0, whose hidden states passes can return, at least one; see `ModelCapabilities.hiddenLayers`. The graph is rewritten
   * so; a pass that is not asked for them copies them once and returns nothing more. A model with a canvas graph reads no trees then, unless
   * it was rewritten for that. @defaultValue none; with `draftHead` those that it reads
   */
  readonly hiddenLayers?: readonly number[] | undefined;
  /**
   * The folder of a draft head that was trained for this model: an EAGLE-3 or DFlash graph as mobius exports them, beside its `config.json`,
   * for `eagle()` and `dflash()` of `@decodekit/speculative`. It becomes `causal.draftHead`, runs where the model runs, and is freed with it.
   * @defaultValue none
   */
  readonly draftHead?: ModelSource | undefined;
  /**
   * CPU threads, an integer >= 1. On WASM and WebGPU, the first model of a page, worker or process decides for all later ones, and a page
   * that is not cross-origin isolated has 1 thread; a number without effect causes a warning.
   * @defaultValue what the runtime chooses
   */
  readonly threads?: number | undefined;
  /**
   * Where the files of onnxruntime-web are, for bundlers that do not copy them: the URL of a folder with the files of its `dist`, or the
   * URLs of the two that are needed, `{ wasm, mjs }`. Relative URLs are resolved against the page; in Node they may be paths. As with
   * `threads`, the first model decides for all later ones, and without WebAssembly there is nothing to find; both cause a warning.
   * @defaultValue where the bundler put them, or beside the package
   */
  readonly wasmPaths?: WasmPaths | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Stops loading; the call rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Receives warnings about options without effect, and about unusable values in the model's files. @defaultValue logWarning */
  readonly onWarning?: WarningHandler | undefined;
}

/** The tensors of a causal graph beside its cache, by their usual names. */
export type CausalTensor = MaskedTensor | "num_logits_to_keep" | "write_indices" | "nonpad_kv_seqlen" | "use_cache_branch";

/** The tensors of a graph that predicts masked tokens, by their usual names. */
export type MaskedTensor = "input_ids" | "attention_mask" | "position_ids" | "token_type_ids" | "logits";

export interface LoadMaskedModelOptions extends Omit<
  LoadModelOptions,
  "rewriting" | "hiddenStates" | "hiddenLayers" | "draftHead" | "embeddingsFile" | "names"
> {
  /**
   * Names of the graph's inputs and of its output where they differ from the usual ones, such as
   * `{ attention_mask: "input_mask", logits: "prediction_scores" }`. @defaultValue the usual names
   */
  readonly names?: Readonly<Partial<Record<MaskedTensor, string>>> | undefined;
  /**
   * The token that stands for an unknown one: its id, or its name, such as "[MASK]".
   * @defaultValue `mask_token_id` of config.json, else `mask_token` of tokenizer_config.json, else a special token with a usual name
   */
  readonly maskToken?: string | TokenId | undefined;
}

/** Reports a warning to the caller of `loadModel` or `loadMaskedModel`. */
export type Warn = (message: string, option?: "source" | "threads" | "wasmPaths") => void;
