/// <reference types="node" />
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ExecutionUnavailableError } from "../../errors.ts";
import type { Environment, OpenFile, Runtime } from "./environment.ts";
import { fetchFile } from "./fetch-file.ts";

export const environment: Environment = {
  async availableExecutions() {
    return (await importNative()) instanceof Error ? ["wasm"] : ["native", "wasm"];
  },

  async openRuntime(execution, threads): Promise<Runtime> {
    if (execution === "webgpu") throw new ExecutionUnavailableError(execution, 'it needs a browser. Use "auto", "native" or "wasm".');
    if (execution === "wasm") {
      const ort = await import("onnxruntime-web");
      if (threads !== undefined) ort.env.wasm.numThreads = threads;
      return { ort, execution, executionProviders: ["wasm"] };
    }
    const ort = await importNative();
    if (ort instanceof Error) {
      throw new ExecutionUnavailableError(execution, 'the package onnxruntime-node could not be loaded. Install it, or use "wasm".', ort);
    }
    return { ort, execution, executionProviders: ["cpu"] };
  },

  folderUrl(folder) {
    const url = URL.canParse(folder) && /^[a-z][a-z\d+.-]+:/i.test(folder) ? new URL(folder) : pathToFileURL(folder);
    return url.pathname.endsWith("/") ? url : new URL(`${url.href}/`);
  },

  openFile: (url, signal) => (url.protocol === "file:" ? openLocalFile(url) : fetchFile(url, signal)),

  localPath: (url) => (url.protocol === "file:" ? fileURLToPath(url) : undefined),
};

async function importNative(): Promise<typeof import("onnxruntime-common") | Error> {
  try {
    // A CommonJS module: Node gives its exports as `default`, and by name only some of them.
    const module = await import("onnxruntime-node");
    return module.default;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function openLocalFile(url: URL): Promise<OpenFile | undefined> {
  const found = await stat(url).catch((error: Error & { code?: string }) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (!found) return undefined;
  return { bytes: found.size, stream: Readable.toWeb(createReadStream(url)) as ReadableStream<Uint8Array> };
}
