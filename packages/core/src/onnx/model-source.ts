import type { WarningHandler } from "../warnings.ts";

/** The files of a model by path within its folder ("config.json", "onnx/model.onnx"), each with the URL it is read from. */
export interface ModelFiles {
  readonly name: string;
  readonly files: Readonly<Record<string, string | URL>>;
}

/**
 * A model folder in the Hugging Face layout (`config.json`, `generation_config.json`, `tokenizer.json`,
 * `tokenizer_config.json`, `onnx/*.onnx` with optional external data): its URL, in Node also its path, files picked or
 * dropped in a page, or the files by name. Query and fragment of a folder's URL are kept for each of its files.
 */
export type ModelSource = string | URL | readonly File[] | ModelFiles;

/** "webgpu": GPU in a browser. "wasm": CPU, everywhere. "native": CPU in Node through `onnxruntime-node`. */
export type Execution = "webgpu" | "wasm" | "native";

export interface LoadProgress {
  /** Path of the file within the folder. */
  readonly file: string;
  /** Bytes read of all files so far. */
  readonly loadedBytes: number;
  /** Bytes of all files; undefined while a size is not known. */
  readonly totalBytes: number | undefined;
}

export interface LoadModelOptions {
  /** "auto" takes the first of webgpu, native, wasm that this machine has. @defaultValue "auto" */
  readonly execution?: Execution | "auto" | undefined;
  /** Path of the graph within the folder. @defaultValue "onnx/model.onnx" */
  readonly modelFile?: string | undefined;
  /**
   * CPU threads, an integer >= 1. On WASM and WebGPU the first model of a page, worker or process decides for all that follow, and a page
   * that is not cross-origin isolated has 1; where that makes another number ineffective, a warning says so.
   * @defaultValue what the runtime chooses
   */
  readonly threads?: number | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Stops the loading; the call rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Told what has no effect, and which values of the model's own files cannot be used. @defaultValue logWarning */
  readonly onWarning?: WarningHandler | undefined;
}

/** Tells one thing that the caller of `loadModel` should know. */
export type Warn = (message: string, option?: "source" | "threads") => void;
