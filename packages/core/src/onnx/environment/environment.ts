import type * as Ort from "onnxruntime-common";
import type { Execution } from "../model-source.ts";

/** onnxruntime in one of its forms, with how to ask it for one kind of execution. */
export interface Runtime {
  readonly ort: typeof Ort;
  readonly execution: Execution;
  readonly executionProviders: readonly string[];
}

/** What differs between a browser and Node. */
export interface Environment {
  /** Kinds of execution to try for "auto", best first. */
  availableExecutions(): Promise<readonly Execution[]>;
  /** @throws ExecutionUnavailableError when this environment has no such execution. */
  openRuntime(execution: Execution, threads: number | undefined): Promise<Runtime>;
  /** The URL of a folder given as a string, ending in "/". In Node a string that is no URL is a path. */
  folderUrl(folder: string): URL;
  /** Opens a file for reading; undefined when it does not exist. */
  openFile(url: URL, signal: AbortSignal | undefined): Promise<OpenFile | undefined>;
  /** Path of a file that the native runtime may read by itself, undefined when it may not. */
  localPath(url: URL): string | undefined;
}

export interface OpenFile {
  /** Size where it is known before reading. */
  readonly bytes: number | undefined;
  readonly stream: ReadableStream<Uint8Array>;
}
