import { DeviceLostError } from "@decodekit/core/onnx";
import * as ort from "onnxruntime-web";
import { describe, expect, test } from "vitest";

import { compactPositions, copyPositions } from "../../../../packages/core/src/onnx/cache-positions.ts";
import { float16ToFloat32 } from "../../../../packages/core/src/numbers/float16.ts";
import { emptyCache } from "../../../../packages/core/src/onnx/empty-cache.ts";
import type { CacheLayout } from "../../../../packages/core/src/onnx/cache-layout.ts";
import { bufferPool } from "../../../../packages/core/src/onnx/gpu-rows/buffer-pool.ts";
import { readLogits } from "../../../../packages/core/src/onnx/logits-rows.ts";
import { runQueue } from "../../../../packages/core/src/onnx/run-queue.ts";
import { watchDevice } from "../../../../packages/core/src/onnx/watch-device.ts";
import { type ByteBuffer, type ByteDevice, byteDevice, runtimeOn } from "../../support/byte-device.ts";

const HEADS = 2;
const types = [
  ["float32", Float32Array, 3],
  ["float16", Uint16Array, 4],
] as const;

function layoutOn(on: typeof ort, type: "float32" | "float16", headSize: number, count: number): CacheLayout {
  const tensor = { input: "past", output: "present", type, dims: [1, HEADS, 0, headSize], axis: 2 };
  return { ort: on, tensors: Array.from({ length: count }, () => tensor) };
}

const bytesOf = (tensor: ort.Tensor): Uint8Array => (tensor.gpuBuffer as unknown as ByteBuffer).bytes;

describe.each(types)("a cache of %s in GPU buffers", (type, TypedArray, headSize) => {
  /** Returns numbers that encode head, token and element. */
  const valuesOf = (tokens: readonly number[]): Float32Array | Uint16Array =>
    TypedArray.from(
      Array.from({ length: HEADS }, (_, head) =>
        tokens.flatMap((token) => Array.from({ length: headSize }, (__, index) => head * 1000 + token * 10 + index)),
      ).flat(),
    );
  const tensorOf = (gpu: ByteDevice, tokens: readonly number[]): ort.Tensor => {
    const buffer = gpu.hold(valuesOf(tokens));
    return ort.Tensor.fromGpuBuffer(buffer, { dataType: type, dims: [1, HEADS, tokens.length, headSize], dispose: () => buffer.destroy() });
  };
  const expectTokens = (tensor: ort.Tensor, tokens: readonly number[]): void => {
    expect(tensor.dims).toEqual([1, HEADS, tokens.length, headSize]);
    expect([tensor.type, tensor.location]).toEqual([type, "gpu-buffer"]);
    const expected = valuesOf(tokens);
    expect(new TypedArray(bytesOf(tensor).slice(0, expected.byteLength).buffer)).toEqual(expected);
  };

  test.each([copyPositions, compactPositions])("returns the ranges in new buffers, in one submission", async (take) => {
    const gpu = byteDevice();
    const tensors = [tensorOf(gpu, [1, 2, 3, 4, 5]), tensorOf(gpu, [6, 7, 8, 9, 10])];
    const taken = await take(layoutOn(runtimeOn(ort, gpu.device), type, headSize, tensors.length), tensors, [
      [0, 2],
      [3, 4],
    ]);
    expectTokens(taken[0]!, [1, 2, 4]);
    expectTokens(taken[1]!, [6, 7, 9]);
    expectTokens(tensors[0]!, [1, 2, 3, 4, 5]);
    const bytes = HEADS * 3 * headSize * TypedArray.BYTES_PER_ELEMENT;
    expect(gpu.copied()).toBe(2 * bytes);
    for (const each of gpu.buffers.slice(2)) {
      // The runtime binds whole multiples of 16 bytes, as storage, and copies from and to its buffers.
      expect(each).toMatchObject({ label: "decodekit cache", size: Math.ceil(bytes / 16) * 16, usage: 0x80 | 0x4 | 0x8, destroyed: false });
    }
    taken.forEach((tensor) => tensor.dispose());
    expect(gpu.buffers.map(({ destroyed }) => destroyed)).toEqual([false, false, true, true]);
  });

  test("may hold no positions, in a buffer that is not empty", async () => {
    const gpu = byteDevice();
    const [taken] = await copyPositions(layoutOn(runtimeOn(ort, gpu.device), type, headSize, 1), [tensorOf(gpu, [1, 2])], [[0, 0]]);
    expectTokens(taken!, []);
    expect(bytesOf(taken!)).toHaveLength(16);
  });

  test("is shortened into new buffers, and the old ones are destroyed", async () => {
    const gpu = byteDevice();
    const cache = emptyCache(layoutOn(runtimeOn(ort, gpu.device), type, headSize, 1));
    cache.replace({ present: tensorOf(gpu, [1, 2, 3]) }, new Int32Array(3));
    cache.length = 1;
    await cache.compact();
    expectTokens(cache.feeds().past!, [1]);
    expect(gpu.buffers.map(({ destroyed }) => destroyed)).toEqual([true, false]);
  });
});

describe("logits in a GPU buffer", () => {
  // Copies begin and end at multiples of 4 bytes; float16 rows of an odd vocabulary size do not.
  test.each([
    ["float32", 5, 1, 20],
    ["float32", 5, 3, 60],
    ["float16", 5, 1, 12],
    ["float16", 5, 2, 24],
    ["float16", 5, 3, 32],
    ["float16", 4, 2, 16],
  ] as const)("of %s, %i tokens: the last %i rows are read, by a copy of %i bytes", async (type, vocabSize, rows, copied) => {
    const gpu = byteDevice();
    const positions = 3;
    const bits = Array.from({ length: positions * vocabSize }, (_, index) => 0x3c00 + index);
    const values = type === "float32" ? Float32Array.from(bits) : Uint16Array.from(bits);
    const tensor = ort.Tensor.fromGpuBuffer(gpu.hold(values), { dataType: type, dims: [1, positions, vocabSize] });
    const buffers = bufferPool();
    const graph = { runtime: { ort: runtimeOn(ort, gpu.device), execution: "webgpu" }, source: "graph", buffers } as const;
    const logits = await readLogits(graph, tensor, { rows });
    const all = values instanceof Float32Array ? values : float16ToFloat32(values);
    expect([logits.rows, logits.vocabSize]).toEqual([rows, vocabSize]);
    for (let row = 0; row < rows; row++) {
      const first = (positions - rows + row) * vocabSize;
      expect(logits.row(row)).toEqual(all.subarray(first, first + vocabSize));
    }
    expect(gpu.copied()).toBe(copied);
    expect(gpu.buffers[1]).toMatchObject({ label: "decodekit rows", usage: 0x1 | 0x8, destroyed: false });
    const again = await readLogits(graph, tensor, { rows });
    expect(again.row(rows - 1)).toEqual(logits.row(rows - 1));
    expect(gpu.buffers).toHaveLength(2);
    buffers.dispose();
    expect(gpu.buffers[1]!.destroyed).toBe(true);
  });

  test("leave no buffer behind when the device fails", async () => {
    const gpu = byteDevice();
    const tensor = ort.Tensor.fromGpuBuffer(gpu.hold(Float32Array.of(1, 2, 3, 4)), { dataType: "float32", dims: [1, 1, 4] });
    gpu.device.queue.submit = () => {
      throw new Error("lost");
    };
    const graph = { runtime: { ort: runtimeOn(ort, gpu.device), execution: "webgpu" }, source: "graph", buffers: bufferPool() } as const;
    await expect(readLogits(graph, tensor, { rows: 1 })).rejects.toThrow("lost");
    expect(gpu.buffers[1]!.destroyed).toBe(true);
  });
});

describe("a pool of buffers", () => {
  const USAGE = 0x1 | 0x8;

  test("gives each buffer to one user at a time, and again to a user who needs more than half of it", () => {
    const gpu = byteDevice();
    const pool = bufferPool();
    const [first, second] = [pool.take(gpu.device, USAGE, 1000), pool.take(gpu.device, USAGE, 1000)];
    expect(first).not.toBe(second);
    expect(gpu.buffers).toMatchObject([{ size: 1024 }, { size: 1024 }]);
    pool.giveBack(first);
    expect(pool.take(gpu.device, USAGE, 512)).not.toBe(first);
    expect(pool.take(gpu.device, USAGE | 0x4, 1000)).not.toBe(first);
    expect(pool.take(gpu.device, USAGE, 513)).toBe(first);
  });

  test("destroys its buffers at the end, those in use when they are given back, and large ones always", () => {
    const gpu = byteDevice();
    const pool = bufferPool();
    const [free, used, large] = [10, 20, 2 ** 23].map((size) => pool.take(gpu.device, USAGE, size));
    pool.giveBack(large!);
    pool.giveBack(free!);
    expect(gpu.buffers.map(({ destroyed }) => destroyed)).toEqual([false, false, true]);
    pool.dispose();
    expect(gpu.buffers.map(({ destroyed }) => destroyed)).toEqual([true, false, true]);
    pool.giveBack(used!);
    expect(gpu.buffers.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  });

  test("destroys its buffers when the device is lost", async () => {
    const gpu = byteDevice();
    const pool = bufferPool();
    pool.giveBack(pool.take(gpu.device, USAGE, 10));
    await gpu.lose({ reason: "unknown", message: "" });
    expect(gpu.buffers[0]!.destroyed).toBe(true);
  });
});

describe("a device that is lost", () => {
  const graph = (): ort.InferenceSession & { released: number } => {
    const session = { released: 0, release: async () => void session.released++ };
    return session as unknown as ort.InferenceSession & { released: number };
  };

  test.each([
    [{ reason: "destroyed", message: "too slow" }, "The GPU device was lost (destroyed: too slow)."],
    [{ reason: "unknown", message: "" }, "The GPU device was lost (unknown)."],
  ])("while a graph uses it fails the queue, once: %j", async (info, expected) => {
    const gpu = byteDevice();
    const queue = runQueue();
    await watchDevice(runtimeOn(ort, gpu.device), queue, graph());
    expect(await queue.enqueue(async () => "before")).toBe("before");
    await gpu.lose(info);
    const error = await queue.enqueue(async () => "after").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DeviceLostError);
    expect(String(error)).toContain(expected);
  });

  test("after its last graph was released is not a failure", async () => {
    const gpu = byteDevice();
    const queue = runQueue();
    const [first, second] = [graph(), graph()];
    for (const each of [first, second]) {
      await watchDevice(runtimeOn(ort, gpu.device), queue, each);
      await each.release();
    }
    expect([first.released, second.released]).toEqual([1, 1]);
    await gpu.lose({ reason: "destroyed", message: "" });
    expect(await queue.enqueue(async () => "after")).toBe("after");
  });

  test("while one of two graphs still uses it is a failure", async () => {
    const gpu = byteDevice();
    const queue = runQueue();
    const [first, second] = [graph(), graph()];
    for (const each of [first, second]) await watchDevice(runtimeOn(ort, gpu.device), queue, each);
    await first.release();
    await gpu.lose({ reason: "destroyed", message: "" });
    await expect(queue.enqueue(async () => "after")).rejects.toThrow(DeviceLostError);
  });
});
