import type * as Ort from "onnxruntime-common";
import type { ByteSource } from "../byte-source.ts";
import type { AbsentFile, Execution, StoredFile } from "../model-source.ts";

/** A build of onnxruntime, and its settings for one execution. */
export interface Runtime {
  readonly ort: typeof Ort;
  readonly execution: Execution;
  readonly executionProviders: readonly string[];
  /** Whether it runs graphs that compute in float16. */
  readonly runsFloat16: boolean;
  /** The WebAssembly code of onnxruntime-web; undefined for the native runtime. */
  readonly code?: RuntimeCode | undefined;
}

export interface RuntimeCode {
  /** Name of the file as onnxruntime-web ships it. */
  readonly file: string;
  /** Undefined if only onnxruntime-web itself can locate the file. */
  readonly url: URL | undefined;
}

/** The functions that differ between a browser and Node. */
export interface Environment {
  /** Returns the executions to try for "auto", best first. */
  availableExecutions(): Promise<readonly Execution[]>;
  /** @throws ExecutionUnavailableError if this environment has no such execution. */
  openRuntime(execution: Execution): Promise<Runtime>;
  /** Returns the URL of a folder given as a string. In Node a string that is not a URL is a path. */
  folderUrl(folder: string): URL;
  /** Returns the base of relative URLs of files, or undefined if they have none. */
  baseUrl(): string | undefined;
  /** Opens a file for reading. */
  openFile(url: URL, signal: AbortSignal | undefined): Promise<StoredFile | AbsentFile>;
  /** Returns the path of a file on this computer with all links followed. */
  realPath(localPath: string): Promise<string>;
  /** Opens a file on this computer for random access. */
  openBytes(localPath: string): Promise<ByteSource>;
  /** Returns the path of a file on this computer, or undefined if the URL is another's. */
  localPath(url: URL): string | undefined;
}
