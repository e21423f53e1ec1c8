import type { WarningHandler } from "../warnings.ts";

/** The URLs of a model's files by path within its folder ("config.json", "onnx/model.onnx"). */
export interface ModelFiles {
  readonly name: string;
  readonly files: Readonly<Record<string, string | URL>>;
}

/**
 * A model folder in the Hugging Face layout (`config.json`, `generation_config.json`, `tokenizer.json`,
 * `tokenizer_config.json`, `onnx/*.onnx` with optional external data): its URL, in Node also its path, files picked or dropped in a
 * page, or the files' URLs by path. Query and fragment of a folder's URL are kept for each of its files.
 */
export type ModelSource = string | URL | readonly File[] | ModelFiles;

/** "webgpu": GPU in a browser. "wasm": CPU, everywhere. "native": CPU in Node through `onnxruntime-node`. */
export type Execution = "webgpu" | "wasm" | "native";

export interface LoadProgress {
  /** Path of the file within the folder. */
  readonly file: string;
  /** Bytes read of all files so far. */
  readonly loadedBytes: number;
  /** Total bytes of all files; undefined while a size is unknown. */
  readonly totalBytes: number | undefined;
}

export interface LoadModelOptions {
  /** "auto" is the first of webgpu, native and wasm that is available. @defaultValue "auto" */
  readonly execution?: Execution | "auto" | undefined;
  /** Path of the graph within the folder. @defaultValue "onnx/model.onnx" */
  readonly modelFile?: string | undefined;
  /**
   * CPU threads, an integer >= 1. On WASM and WebGPU, the first model of a page, worker or process decides for all later ones, and a page
   * that is not cross-origin isolated has 1 thread; a number without effect causes a warning.
   * @defaultValue what the runtime chooses
   */
  readonly threads?: number | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Stops loading; the call rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Receives warnings about options without effect, and about unusable values in the model's files. @defaultValue logWarning */
  readonly onWarning?: WarningHandler | undefined;
}

/** Reports a warning to the caller of `loadModel`. */
export type Warn = (message: string, option?: "source" | "threads") => void;
