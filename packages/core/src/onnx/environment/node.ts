/// <reference types="node" />
import { createReadStream } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ExecutionUnavailableError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import type { AbsentFile, StoredFile } from "../model-source.ts";
import type { Environment, Runtime, RuntimeCode } from "./environment.ts";
import { fetchFile } from "./fetch-file.ts";

/** Bytes per read of a local file. */
const CHUNK_BYTES = 2 ** 20;

export const environment: Environment = {
  async availableExecutions() {
    return (await importNative()) instanceof Error ? ["wasm"] : ["native", "wasm"];
  },

  async openRuntime(execution): Promise<Runtime> {
    if (execution === "webgpu") throw new ExecutionUnavailableError(execution, 'it needs a browser. Use "auto", "native" or "wasm".');
    if (execution === "wasm") {
      return {
        ort: await import("onnxruntime-web"),
        execution,
        executionProviders: ["wasm"],
        runsFloat16: true,
        code: findCode("ort-wasm-simd-threaded.wasm"),
      };
    }
    const ort = await importNative();
    if (ort instanceof Error) {
      const advice = 'Install it, or use "wasm".';
      throw new ExecutionUnavailableError(execution, `the package onnxruntime-node could not be loaded (${ort.message}). ${advice}`, ort);
    }
    return { ort, execution, executionProviders: ["cpu"], runsFloat16: true };
  },

  // A drive letter is not a scheme.
  folderUrl: (folder) => (URL.canParse(folder) && /^[a-z][a-z\d+.-]+:/i.test(folder) ? new URL(folder) : pathToFileURL(folder)),

  baseUrl: () => undefined,

  openFile: (url, signal) => (url.protocol === "file:" ? openLocalFile(url) : fetchFile(url, signal)),

  realPath: (path) => realpath(path),

  openBytes,

  localPath: (url) => (url.protocol === "file:" ? fileURLToPath(url) : undefined),
};

async function importNative(): Promise<typeof import("onnxruntime-common") | Error> {
  try {
    // A CommonJS module: Node provides its exports as `default`, and only some of them by name.
    const module = await import("onnxruntime-node");
    return module.default;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function findCode(file: string): RuntimeCode {
  try {
    return { file, url: pathToFileURL(createRequire(import.meta.url).resolve(`onnxruntime-web/${file}`)) };
  } catch {
    // In a bundle, onnxruntime-web is elsewhere.
    return { file, url: undefined };
  }
}

async function openLocalFile(url: URL): Promise<StoredFile | AbsentFile> {
  const found = await stat(url).catch((error: Error & { code?: string }) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (!found) return { absent: "does not exist" };
  if (found.isDirectory()) return { absent: "is a folder, not a file" };
  return {
    bytes: found.size,
    localPath: fileURLToPath(url),
    stream: () => Readable.toWeb(createReadStream(url, { highWaterMark: CHUNK_BYTES })) as ReadableStream<Uint8Array>,
  };
}

async function openBytes(path: string): Promise<ByteSource> {
  const file = await open(path);
  const { size } = await file.stat();
  return {
    length: size,
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      let length = 0;
      while (length < bytes.length) {
        const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return bytes.subarray(0, length);
    },
    close: () => file.close(),
  };
}
