import type * as Ort from "onnxruntime-common";
import type { Execution } from "../model-source.ts";

/** A build of onnxruntime, and its settings for one execution. */
export interface Runtime {
  readonly ort: typeof Ort;
  readonly execution: Execution;
  readonly executionProviders: readonly string[];
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
  openFile(url: URL, signal: AbortSignal | undefined): Promise<OpenFile | AbsentFile>;
  /** Returns the path of a file for the native runtime to read itself, or undefined if it cannot. */
  localPath(url: URL): string | undefined;
}

export interface OpenFile {
  /** Size, if it is known before reading. */
  readonly bytes: number | undefined;
  readonly stream: ReadableStream<Uint8Array>;
  /** The server's answer, for messages: "the server answered 200 OK with text/html". Undefined without a server. */
  readonly answer?: string | undefined;
}

/** A file that does not exist. */
export interface AbsentFile {
  /** Why the file is considered absent, for messages: "does not exist", "was not found: the server answered 404 Not Found". */
  readonly absent: string;
}
