import type * as Ort from "onnxruntime-common";
import type { Execution } from "../model-source.ts";

/** onnxruntime in one of its forms, with how to ask it for one kind of execution. */
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
  /** Undefined where only onnxruntime-web itself can tell. */
  readonly url: URL | undefined;
}

/** What differs between a browser and Node. */
export interface Environment {
  /** Kinds of execution to try for "auto", best first. */
  availableExecutions(): Promise<readonly Execution[]>;
  /** @throws ExecutionUnavailableError when this environment has no such execution. */
  openRuntime(execution: Execution): Promise<Runtime>;
  /** The URL of a folder given as a string. In Node a string that is no URL is a path. */
  folderUrl(folder: string): URL;
  /** What relative URLs of files stand for; undefined where they stand for nothing. */
  baseUrl(): string | undefined;
  /** Opens a file for reading. */
  openFile(url: URL, signal: AbortSignal | undefined): Promise<OpenFile | AbsentFile>;
  /** Path of a file that the native runtime may read by itself, undefined when it may not. */
  localPath(url: URL): string | undefined;
}

export interface OpenFile {
  /** Size where it is known before reading. */
  readonly bytes: number | undefined;
  readonly stream: ReadableStream<Uint8Array>;
  /** What a server said of the file, for messages: "the server answered 200 OK with text/html". Undefined where no server was asked. */
  readonly answer?: string | undefined;
}

/** A file that is not there. */
export interface AbsentFile {
  /** How that was told, for messages: "does not exist", "is not there: the server answered 404 Not Found". */
  readonly absent: string;
}
