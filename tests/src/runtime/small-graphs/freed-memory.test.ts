import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { binary, canvasGraph, causalGraph, countingModel } from "../../support/counting-graph.ts";
import { onnxFile } from "../../support/onnx-writer.ts";
import { type WatchedGraphs, watchGraphs } from "../../support/watch-graphs.ts";

const native = { execution: "native" } as const;
const CACHE = 4;
/** Number of tensors that a pass returns: the grown cache and the logits. */
const OUTPUTS = CACHE + 1;

let watched: WatchedGraphs;
beforeEach(async () => {
  watched = await watchGraphs();
});
afterEach(() => vi.restoreAllMocks());

describe("tensors are freed", () => {
  let model: OnnxLanguageModel;
  beforeEach(async () => {
    model = await loadModel(countingModel({ canvas: true }), native);
    watched.freedTensors();
  });
  afterEach(() => model.dispose());

  test("of the cache that a pass replaced, and of a disposed session", async () => {
    const session = await model.causal.createSession();
    for (let pass = 0; pass < 3; pass++) {
      await session.forward(Int32Array.of(1));
      expect(watched.freedTensors()).toBe(CACHE);
    }
    await session.dispose();
    expect(watched.freedTensors()).toBe(CACHE);
  });

  test("of an aborted pass when it has ended, and the session's cache is kept", async () => {
    const session = await model.causal.createSession();
    await session.forward(Int32Array.of(1));
    watched.freedTensors();
    const controller = new AbortController();
    watched.atRun = () => controller.abort(new Error("enough"));
    await expect(session.forward(Int32Array.of(2), { signal: controller.signal })).rejects.toThrow("enough");
    // The next pass waits for the aborted one.
    await session.forward(Int32Array.of(3));
    expect(watched.freedTensors()).toBe(OUTPUTS + CACHE);
    await session.dispose();
  });

  test("of a predicted canvas", async () => {
    const masked = await model.masked!.createSession();
    await masked.predict(Int32Array.of(1, 2));
    expect(watched.freedTensors()).toBe(OUTPUTS);
    await masked.predictLeaveOneOut!(Int32Array.of(1, 2));
    expect(watched.freedTensors()).toBe(OUTPUTS);
    await masked.dispose();
    expect(watched.freedTensors()).toBe(CACHE);
  });

  test("of a tree when a path is kept, when other tokens are read, and when the session is disposed", async () => {
    const session = await model.causal.createSession();
    const readTree = async (): Promise<void> => {
      await session.forwardTree!(Int32Array.of(1, 2), Int32Array.of(-1, 0));
    };
    await readTree();
    expect(watched.freedTensors()).toBe(0);
    await session.keepPath!(Int32Array.of(0));
    expect(watched.freedTensors()).toBe(CACHE + OUTPUTS);
    await readTree();
    await session.rewindTo(1);
    expect(watched.freedTensors()).toBe(OUTPUTS);
    await readTree();
    await readTree();
    expect(watched.freedTensors()).toBe(OUTPUTS);
    await session.dispose();
    expect(watched.freedTensors()).toBe(CACHE + OUTPUTS);
  });

  test("of a masked session with its own prefix, but not of a causal session under a masked one", async () => {
    const own = await model.masked!.createSession();
    const session = await model.causal.createSession();
    const shared = await model.masked!.createSession(session);
    await shared.dispose();
    expect(watched.freedTensors()).toBe(0);
    await own.dispose();
    expect(watched.freedTensors()).toBe(CACHE);
    await session.dispose();
    expect(watched.freedTensors()).toBe(CACHE);
  });
});

describe("graphs are released", () => {
  test("once, with their model, and the canvas only if it was opened", async () => {
    const model = await loadModel(countingModel({ canvas: true }), native);
    await model.dispose();
    await model.dispose();
    expect(watched.count).toEqual({ made: 1, released: 1 });
    const second = await loadModel(countingModel({ canvas: true }), native);
    const masked = await second.masked!.createSession();
    await Promise.all([masked.predict(Int32Array.of(1)), masked.predict(Int32Array.of(2))]);
    expect(watched.count).toEqual({ made: 3, released: 1 });
    await second.dispose();
    expect(watched.count).toEqual({ made: 3, released: 3 });
  });

  test("when they are refused", async () => {
    const { files } = countingModel({ canvas: true });
    const { outputs, ...graph } = causalGraph();
    const shapeless = binary(onnxFile({ ...graph, outputs: outputs.filter(({ name }) => name !== "present.0.key") }));
    await expect(loadModel({ name: "x", files: { ...files, "onnx/model.onnx": shapeless } }, native)).rejects.toThrow("present.0.key");
    expect(watched.count).toEqual({ made: 1, released: 1 });
    const otherCache = binary(onnxFile(canvasGraph({ cacheType: "float16" })));
    const model = await loadModel({ name: "x", files: { ...files, "onnx/canvas.onnx": otherCache } }, native);
    const masked = await model.masked!.createSession();
    await expect(masked.predict(Int32Array.of(1))).rejects.toThrow("the cache");
    expect(watched.count).toEqual({ made: 3, released: 2 });
    await model.dispose();
    expect(watched.count).toEqual({ made: 3, released: 3 });
  });

  test("when the tokenizer, which is read after them, is refused", async () => {
    const { files } = countingModel();
    const broken = { name: "x", files: { ...files, "tokenizer.json": binary(new TextEncoder().encode("{}")) } };
    await expect(loadModel(broken, native)).rejects.toThrow("does not describe a usable tokenizer");
    expect(watched.count).toEqual({ made: 1, released: 1 });
  });

  test("when loading was aborted meanwhile", async () => {
    const controller = new AbortController();
    watched.atCreate = () => controller.abort(new Error("enough"));
    await expect(loadModel(countingModel(), { ...native, signal: controller.signal })).rejects.toThrow("enough");
    await vi.waitUntil(() => watched.count.released === 1);
    expect(watched.count).toEqual({ made: 1, released: 1 });
  });
});
