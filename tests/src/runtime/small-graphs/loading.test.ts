import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadModel, type LoadProgress } from "@decodekit/core/onnx";
import runtime from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { countingModel } from "../../support/counting-graph.ts";
import { contentOf } from "../../support/served-files.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "decodekit-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const native = { execution: "native" } as const;

const { files } = countingModel();

describe("progress", () => {
  test("adds up to the bytes of all files", async () => {
    const seen: LoadProgress[] = [];
    await (await loadModel(countingModel(), { ...native, onProgress: (each) => seen.push(each) })).dispose();
    const whole = Object.values(files).reduce((sum, url) => sum + contentOf(String(url)).length, 0);
    expect(seen.at(-1)).toMatchObject({ loadedBytes: whole, totalBytes: whole });
    expect(new Set(seen.map(({ file }) => file))).toEqual(new Set(Object.keys(files)));
    expect(seen.map(({ loadedBytes }) => loadedBytes)).toEqual(seen.map(({ loadedBytes }) => loadedBytes).toSorted((a, b) => a - b));
  });

  test("loading rejects with the error that a handler throws", async () => {
    const error = new Error("handler");
    await expect(
      loadModel(countingModel(), {
        ...native,
        onProgress: () => {
          throw error;
        },
      }),
    ).rejects.toBe(error);
  });
});

describe("an abort", () => {
  test("before the call, and while files are read, rejects with its reason", async () => {
    const reason = new Error("enough");
    await expect(loadModel(countingModel(), { ...native, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const loading = loadModel(countingModel(), { ...native, signal: controller.signal, onProgress: () => controller.abort(reason) });
    await expect(loading).rejects.toBe(reason);
  });

  test("while the graph is created rejects with its reason, and the next model loads", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    // The runtime creates the graph regardless of the signal.
    const create = vi.spyOn(runtime.InferenceSession, "create").mockImplementationOnce((graph, options) => {
      controller.abort(reason);
      return runtime.InferenceSession.create(graph, options);
    });
    await expect(loadModel(countingModel(), { ...native, signal: controller.signal })).rejects.toBe(reason);
    expect(create).toHaveBeenCalledTimes(2);
    create.mockRestore();
    await (await loadModel(countingModel(), native)).dispose();
  });
});
