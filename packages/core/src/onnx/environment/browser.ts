import { ExecutionUnavailableError } from "../../errors.ts";
import type { Environment } from "./environment.ts";
import { fetchFile } from "./fetch-file.ts";

export const environment: Environment = {
  async availableExecutions() {
    const adapter = await globalThis.navigator?.gpu?.requestAdapter().catch(() => null);
    return adapter ? ["webgpu", "wasm"] : ["wasm"];
  },

  async openRuntime(execution, threads) {
    if (execution === "native") throw new ExecutionUnavailableError(execution, 'it needs Node. Use "auto", "webgpu" or "wasm".');
    if (execution === "webgpu" && !(await globalThis.navigator?.gpu?.requestAdapter())) {
      throw new ExecutionUnavailableError(execution, 'this browser offers no WebGPU adapter. Use "auto" or "wasm".');
    }
    const ort = execution === "webgpu" ? await import("onnxruntime-web/webgpu") : await import("onnxruntime-web/wasm");
    if (threads !== undefined) ort.env.wasm.numThreads = threads;
    return { ort, execution, executionProviders: [execution] };
  },

  folderUrl: (folder) => new URL(folder.endsWith("/") ? folder : `${folder}/`, globalThis.document?.baseURI ?? globalThis.location.href),

  openFile: fetchFile,

  localPath: () => undefined,
};
