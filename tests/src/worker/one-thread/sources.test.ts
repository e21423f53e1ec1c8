import type { LoadModelOptions, ModelSource } from "@decodekit/core/onnx";
import { loadModel } from "@decodekit/core/worker";
import { afterEach, expect, test } from "vitest";
import { byteModel } from "./byte-model.ts";
import { serveHere } from "./serve-here.ts";

afterEach(() => void Reflect.deleteProperty(globalThis, "document"));

/** Returns the arguments that arrive in the worker when a model is loaded from `source`. */
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

test("options arrive, except those that belong to this side", async () => {
  const [, options] = await arriving("a", { execution: "wasm", modelFile: "onnx/a.onnx", threads: 2, onProgress: () => undefined });
  const { signal, onProgress, onWarning, ...rest } = options;
  expect(rest).toEqual({ execution: "wasm", modelFile: "onnx/a.onnx", threads: 2 });
  expect([signal?.aborted, typeof onProgress, typeof onWarning]).toEqual([false, "function", "function"]);
});

test("in Node addresses are sent unchanged, as strings", async () => {
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

test("in a page addresses are resolved against the page", async () => {
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

test.each([[[]], [5], [null], [{ name: "a" }]])("an invalid source is sent unchanged, and is checked in the worker: %j", async (source) => {
  expect((await arriving(source as unknown as ModelSource))[0]).toEqual(source);
});

test("progress arrives as reported", async () => {
  const progress = { file: "onnx/model.onnx", loadedBytes: 5, totalBytes: undefined, fromCache: false };
  const { worker, close } = serveHere({
    async loadModel(_, { onProgress }) {
      onProgress?.(progress);
      return byteModel();
    },
  });
  const received: unknown[] = [];
  await loadModel("a", { worker, onProgress: (each) => received.push(each) });
  expect(received).toEqual([progress]);
  await loadModel("a", { worker });
  close();
});

test("an error of loading is the same as locally, and nothing is held afterwards", async () => {
  const { worker, held, close } = serveHere({ loadModel: () => Promise.reject(new RangeError("no such model")) });
  await expect(loadModel("a", { worker })).rejects.toThrow(RangeError);
  expect(held()).toEqual({ here: {}, there: {} });
  close();
});

test("an already aborted signal rejects with its reason, and nothing is sent", async () => {
  let messages = 0;
  const { worker, close } = serveHere({ passes: () => void messages++ });
  /** Returns the number of messages that `work` sends and receives, and those of a load after it, which arrive last. */
  const messagesOf = async (work: () => unknown): Promise<number> => {
    const before = messages;
    await work();
    await loadModel("a", { worker });
    return messages - before;
  };
  await messagesOf(() => undefined);
  const alone = await messagesOf(() => undefined);
  const reason = new Error("enough");
  const aborted = (): Promise<void> => expect(loadModel("a", { worker, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await messagesOf(aborted)).toBe(alone);
  close();
});
