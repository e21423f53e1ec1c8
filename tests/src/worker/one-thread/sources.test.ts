import type { LoadModelOptions, ModelSource } from "@decodekit/core/onnx";
import { loadModel } from "@decodekit/core/worker";
import { afterEach, expect, test } from "vitest";
import { byteModel } from "./byte-model.ts";
import { serveHere } from "./serve-here.ts";

afterEach(() => void Reflect.deleteProperty(globalThis, "document"));

/** What arrives in the worker when a model is loaded from `source`. */
async function arriving(
  source: ModelSource,
  options: LoadModelOptions = {},
): Promise<readonly [source: ModelSource, options: LoadModelOptions]> {
  let arrived: readonly [ModelSource, LoadModelOptions] | undefined;
  const { worker, close } = serveHere({
    async loadModel(...given) {
      arrived = given;
      return byteModel();
    },
  });
  await loadModel(source, { worker, ...options });
  close();
  return arrived!;
}

test("options arrive, and what belongs to this side does not cross", async () => {
  const [, options] = await arriving("a", { execution: "wasm", modelFile: "onnx/a.onnx", threads: 2, onProgress: () => undefined });
  const { signal, onProgress, onWarning, ...rest } = options;
  expect(rest).toEqual({ execution: "wasm", modelFile: "onnx/a.onnx", threads: 2 });
  expect([signal?.aborted, typeof onProgress, typeof onWarning]).toEqual([false, "function", "function"]);
});

test("in Node addresses stay as they are, as texts", async () => {
  const urls: readonly (readonly [ModelSource, ModelSource])[] = [
    ["models/a", "models/a"],
    [new URL("https://example.org/a"), "https://example.org/a"],
    [
      { name: "a", files: { "config.json": new URL("https://example.org/c"), "onnx/model.onnx": "m" } },
      { name: "a", files: { "config.json": "https://example.org/c", "onnx/model.onnx": "m" } },
    ],
  ];
  for (const [given, expected] of urls) expect((await arriving(given))[0]).toEqual(expected);
});

test("in a page they are seen from the page", async () => {
  Object.defineProperty(globalThis, "document", { value: { baseURI: "https://example.org/app/index.html" }, configurable: true });
  const urls: readonly (readonly [ModelSource, ModelSource])[] = [
    ["models/a", "https://example.org/app/models/a"],
    ["https://other.org/a", "https://other.org/a"],
    [new URL("https://other.org/b"), "https://other.org/b"],
    [
      { name: "a", files: { "config.json": "/c" } },
      { name: "a", files: { "config.json": "https://example.org/c" } },
    ],
  ];
  for (const [given, expected] of urls) expect((await arriving(given))[0]).toEqual(expected);
});

test.each([[[]], [5], [null], [{ name: "a" }]])("a source that is none crosses as it is, and is judged there: %j", async (source) => {
  expect((await arriving(source as unknown as ModelSource))[0]).toEqual(source);
});

test("progress arrives as it is told", async () => {
  const progress = { file: "onnx/model.onnx", loadedBytes: 5, totalBytes: undefined };
  const { worker, close } = serveHere({
    async loadModel(_, { onProgress }) {
      onProgress?.(progress);
      return byteModel();
    },
  });
  const told: unknown[] = [];
  await loadModel("a", { worker, onProgress: (each) => told.push(each) });
  expect(told).toEqual([progress]);
  await loadModel("a", { worker });
  close();
});

test("an error of loading is what it would be here, and nothing is held for it", async () => {
  const { worker, held, close } = serveHere({ loadModel: () => Promise.reject(new RangeError("no such model")) });
  await expect(loadModel("a", { worker })).rejects.toThrow(RangeError);
  expect(held()).toEqual({ here: {}, there: {} });
  close();
});

test("a signal that is aborted already rejects with its reason, and nothing crosses", async () => {
  let messages = 0;
  const { worker, close } = serveHere({ passes: () => void messages++ });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const before = messages;
  const reason = new Error("enough");
  await expect(loadModel("a", { worker, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(messages).toBe(before);
  close();
});
