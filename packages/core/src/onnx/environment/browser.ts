import { ExecutionUnavailableError } from "../../errors.ts";
import type { Environment, Runtime, RuntimeCode } from "./environment.ts";
import { fetchFile } from "./fetch-file.ts";

export const environment: Environment = {
  async availableExecutions() {
    const adapter = await globalThis.navigator?.gpu?.requestAdapter().catch(() => null);
    return adapter ? ["webgpu", "wasm"] : ["wasm"];
  },

  async openRuntime(execution): Promise<Runtime> {
    if (execution === "native") throw new ExecutionUnavailableError(execution, 'it needs Node. Use "auto", "webgpu" or "wasm".');
    const adapter = execution === "webgpu" ? await globalThis.navigator?.gpu?.requestAdapter() : undefined;
    if (execution === "webgpu" && !adapter) {
      throw new ExecutionUnavailableError(execution, 'this browser offers no WebGPU adapter. Use "auto" or "wasm".');
    }
    const runsFloat16 = !adapter || adapter.features.has("shader-f16");
    return { ...(await importRuntime(execution)), execution, executionProviders: [execution], runsFloat16 };
  },

  folderUrl: (folder) => new URL(folder, baseUrl()),

  baseUrl,

  openFile: fetchFile,

  realPath: noLocalPaths,

  openBytes: noLocalPaths,

  localPath: () => undefined,
};

function noLocalPaths(): Promise<never> {
  return Promise.reject(new Error("unreachable: a browser has no local paths"));
}

function baseUrl(): string {
  return globalThis.document?.baseURI ?? globalThis.location.href;
}

/** Bundlers detect these imports and URLs, and bundle the files. */
async function importRuntime(execution: "webgpu" | "wasm"): Promise<Pick<Runtime, "ort" | "code">> {
  try {
    if (execution === "webgpu") {
      const url = new URL("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm", import.meta.url);
      return { ort: await import("onnxruntime-web/webgpu"), code: code("ort-wasm-simd-threaded.asyncify.wasm", url) };
    }
    const url = new URL("onnxruntime-web/ort-wasm-simd-threaded.wasm", import.meta.url);
    return { ort: await import("onnxruntime-web/wasm"), code: code("ort-wasm-simd-threaded.wasm", url) };
  } catch (error) {
    throw new ExecutionUnavailableError(execution, `onnxruntime-web could not be imported (${String(error)}).`, error);
  }
}

/** Without a bundler, the URL still contains the package name, and there is no file at it. */
function code(file: string, url: URL): RuntimeCode {
  return { file, url: url.pathname.endsWith(`/onnxruntime-web/${file}`) ? undefined : url };
}
