import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { environment as browser } from "../../../../packages/core/src/onnx/environment/browser.ts";
import { environment as node } from "../../../../packages/core/src/onnx/environment/node.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock("onnxruntime-node");
});

/** Stubs a navigator whose GPU has this `requestAdapter`. */
const stubAdapter = (requestAdapter: () => Promise<unknown>): void => void vi.stubGlobal("navigator", { gpu: { requestAdapter } });

describe("a browser", () => {
  test("offers WebGPU if it has an adapter, and always WASM", async () => {
    stubAdapter(async () => ({}));
    expect(await browser.availableExecutions()).toEqual(["webgpu", "wasm"]);
    stubAdapter(async () => null);
    expect(await browser.availableExecutions()).toEqual(["wasm"]);
    stubAdapter(() => Promise.reject(new Error("blocked")));
    expect(await browser.availableExecutions()).toEqual(["wasm"]);
    vi.stubGlobal("navigator", {});
    expect(await browser.availableExecutions()).toEqual(["wasm"]);
    vi.stubGlobal("navigator", undefined);
    expect(await browser.availableExecutions()).toEqual(["wasm"]);
  });

  test("has no native runtime, and has WebGPU only with an adapter", async () => {
    await expect(browser.openRuntime("native")).rejects.toMatchObject({
      name: "ExecutionUnavailableError",
      message: 'Execution "native" is not available: it needs Node. Use "auto", "webgpu" or "wasm".',
    });
    for (const navigator of [undefined, {}, { gpu: { requestAdapter: async () => null } }]) {
      vi.stubGlobal("navigator", navigator);
      await expect(browser.openRuntime("webgpu")).rejects.toMatchObject({
        name: "ExecutionUnavailableError",
        message: 'Execution "webgpu" is not available: this browser offers no WebGPU adapter. Use "auto" or "wasm".',
      });
    }
  });

  test("opens the build of onnxruntime-web for each execution; without a bundler only that build can locate its code", async () => {
    stubAdapter(async () => ({ features: new Set() }));
    for (const [execution, file] of [
      ["wasm", "ort-wasm-simd-threaded.wasm"],
      ["webgpu", "ort-wasm-simd-threaded.asyncify.wasm"],
    ] as const) {
      const runtime = await browser.openRuntime(execution);
      expect(runtime).toMatchObject({ execution, executionProviders: [execution], code: { file, url: undefined } });
      expect(runtime.ort.env.versions.web).toBeDefined();
    }
    expect((await browser.openRuntime("wasm")).ort).not.toBe((await browser.openRuntime("webgpu")).ort);
  });

  test("runs float16 on WebGPU if the adapter has shader-f16, and on WASM always", async () => {
    const opened = async (execution: "wasm" | "webgpu"): Promise<boolean> => (await browser.openRuntime(execution)).runsFloat16;
    stubAdapter(async () => ({ features: new Set(["shader-f16"]) }));
    expect([await opened("webgpu"), await opened("wasm")]).toEqual([true, true]);
    stubAdapter(async () => ({ features: new Set(["timestamp-query"]) }));
    expect([await opened("webgpu"), await opened("wasm")]).toEqual([false, true]);
  });

  test("resolves addresses against its page, or in a worker against the worker's script", () => {
    vi.stubGlobal("location", { href: "https://host.example/scripts/worker.js" });
    expect(browser.baseUrl()).toBe("https://host.example/scripts/worker.js");
    expect(browser.folderUrl("models/m?x=1").href).toBe("https://host.example/scripts/models/m?x=1");
    vi.stubGlobal("document", { baseURI: "https://host.example/page/" });
    expect(browser.baseUrl()).toBe("https://host.example/page/");
    expect(browser.folderUrl("/models/m").href).toBe("https://host.example/models/m");
    expect(browser.folderUrl("https://other.example/m/").href).toBe("https://other.example/m/");
  });

  test("has no local paths", () => {
    expect(browser.localPath(new URL("file:///m/model.onnx"))).toBeUndefined();
  });
});

describe("Node", () => {
  test("offers the native runtime if it is installed, and always WASM", async () => {
    expect(await node.availableExecutions()).toEqual(["native", "wasm"]);
    const runtime = await node.openRuntime("native");
    expect(runtime).toMatchObject({ execution: "native", executionProviders: ["cpu"], runsFloat16: true });
    expect("code" in runtime).toBe(false);
    const { InferenceSession, Tensor } = runtime.ort;
    expect([typeof InferenceSession.create, typeof Tensor]).toEqual(["function", "function"]);
  });

  test.each([new Error("libc is too old"), "libc is too old"])("reports why the native runtime could not be loaded", async (reason) => {
    vi.doMock("onnxruntime-node", () => {
      throw reason;
    });
    expect(await node.availableExecutions()).toEqual(["wasm"]);
    await expect(node.openRuntime("native")).rejects.toMatchObject({
      name: "ExecutionUnavailableError",
      message: expect.stringMatching(
        /^Execution "native" is not available: the package onnxruntime-node could not be loaded \(.+\)\. Install it, or use "wasm"\.$/s,
      ),
      cause: expect.any(Error),
    });
  });

  test("opens onnxruntime-web, and finds its code", async () => {
    const { code, ...runtime } = await node.openRuntime("wasm");
    expect(runtime).toMatchObject({ execution: "wasm", executionProviders: ["wasm"] });
    expect(code!.file).toBe("ort-wasm-simd-threaded.wasm");
    const file = await node.openFile(code!.url!, undefined);
    expect(file).toMatchObject({ bytes: expect.any(Number) });
    if ("stream" in file) await file.stream().cancel();
  });

  test("takes a string with a scheme as a URL, any other as a path; a drive letter is not a scheme", () => {
    expect(node.folderUrl("https://host.example/m?x=1").href).toBe("https://host.example/m?x=1");
    expect(node.folderUrl("HTTP://host.example/m").href).toBe("http://host.example/m");
    expect(node.folderUrl("file:///m").href).toBe("file:///m");
    for (const path of ["models/m", "/models/m", "c:/m", "C:/m", "a b:c/d", "-x:/m"])
      expect(node.folderUrl(path)).toEqual(pathToFileURL(path));
    expect(node.baseUrl()).toBeUndefined();
  });

  test("has local paths of file: URLs only", () => {
    expect(node.localPath(new URL("file:///a%20b/model.onnx"))).toBe("/a b/model.onnx");
    expect(node.localPath(new URL("https://host.example/model.onnx"))).toBeUndefined();
  });
});

test.each([
  ["data:application/json,%7B%22a%22%3A%20%22%C3%A9%22%7D", '{"a": "é"}'],
  ["data:;base64,eyJhIjogImEifQ==", '{"a": "a"}'],
  ["data:text/plain;base64x,eyJh", "eyJh"],
  ["data:,a,b", "a,b"],
])("the data URL %s is read without a request", async (url, text) => {
  vi.stubGlobal("fetch", () => expect.fail("asked"));
  for (const environment of [browser, node]) {
    const file = await environment.openFile(new URL(url), undefined);
    if (!("stream" in file)) throw new Error(file.absent);
    expect(await new Response(file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>).text()).toBe(text);
    expect(file.bytes).toBe(new TextEncoder().encode(text).length);
    expect(file.answer).toBeUndefined();
  }
});
