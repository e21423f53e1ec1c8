import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import { COPY_DST, COPY_SRC, STORAGE } from "./gpu-flags.ts";

/** Positions [start, end) of a cache. */
export type Range = readonly [start: number, end: number];

/**
 * Copies the positions in `ranges`, one after another, of tensors (1, heads, positions, headSize) to new tensors in the same kind of
 * memory. The caller owns the copies; the originals are unchanged.
 */
export async function copyPositions(ort: typeof Ort, tensors: readonly Tensor[], ranges: readonly Range[]): Promise<Tensor[]> {
  if (tensors[0]?.location === "gpu-buffer") return copyOnGpu(ort, tensors, ranges);
  return tensors.map((tensor) => {
    const [, heads, , headSize] = dimsOf(tensor);
    const TypedArray = tensor.data.constructor as Float32ArrayConstructor;
    return gatherOnCpu(ort, tensor, ranges, new TypedArray(heads * countPositions(ranges) * headSize));
  });
}

/**
 * Like `copyPositions`, for tensors without another owner: on a CPU, rows move within their memory, which allocates nothing and costs a
 * fraction of a copy. The originals must not be used again, but must still be disposed.
 */
export async function compactPositions(ort: typeof Ort, tensors: readonly Tensor[], ranges: readonly Range[]): Promise<Tensor[]> {
  if (tensors[0]?.location === "gpu-buffer") return copyOnGpu(ort, tensors, ranges);
  return tensors.map((tensor) => gatherOnCpu(ort, tensor, ranges, tensor.data as Float32Array));
}

/** Returns the ranges of a prefix and of single positions after it, with neighbours joined. */
export function rangesOf(prefix: number, positions: Iterable<number>): Range[] {
  const ranges: [number, number][] = [[0, prefix]];
  for (const position of positions) {
    const last = ranges.at(-1)!;
    if (last[1] === position) last[1]++;
    else ranges.push([position, position + 1]);
  }
  return ranges;
}

/** Writes the rows in `ranges` to the beginning of `target`, which may be the tensor's own data: no row moves backwards. */
function gatherOnCpu(ort: typeof Ort, tensor: Tensor, ranges: readonly Range[], target: Float32Array): Tensor {
  const [, heads, positions, headSize] = dimsOf(tensor);
  const data = tensor.data as Float32Array;
  let offset = 0;
  for (let head = 0; head < heads; head++) {
    const first = head * positions * headSize;
    for (const [start, end] of ranges) {
      if (first + start * headSize !== offset || data !== target)
        target.set(data.subarray(first + start * headSize, first + end * headSize), offset);
      offset += (end - start) * headSize;
    }
  }
  return new ort.Tensor(tensor.type as "float32", target.subarray(0, offset), [1, heads, countPositions(ranges), headSize]);
}

async function copyOnGpu(ort: typeof Ort, tensors: readonly Tensor[], ranges: readonly Range[]): Promise<Tensor[]> {
  const device: GPUDevice = await ort.env.webgpu.device;
  const commands = device.createCommandEncoder();
  const length = countPositions(ranges);
  const copies = tensors.map((tensor) => {
    const [, heads, positions, headSize] = dimsOf(tensor);
    const bytesPerPosition = headSize * (tensor.type === "float16" ? 2 : 4);
    // onnxruntime binds multiples of 16 bytes, and a buffer must not be empty.
    const size = Math.max(16, Math.ceil((heads * length * bytesPerPosition) / 16) * 16);
    const buffer = device.createBuffer({ label: "decodekit cache", size, usage: STORAGE | COPY_SRC | COPY_DST });
    let offset = 0;
    for (let head = 0; head < heads; head++) {
      for (const [start, end] of ranges) {
        const bytes = (end - start) * bytesPerPosition;
        commands.copyBufferToBuffer(tensor.gpuBuffer, (head * positions + start) * bytesPerPosition, buffer, offset, bytes);
        offset += bytes;
      }
    }
    return ort.Tensor.fromGpuBuffer(buffer, {
      dataType: tensor.type as "float32" | "float16",
      dims: [1, heads, length, headSize],
      dispose: () => buffer.destroy(),
    });
  });
  device.queue.submit([commands.finish()]);
  return copies;
}

function dimsOf(tensor: Tensor): readonly [batch: number, heads: number, positions: number, headSize: number] {
  return tensor.dims as [number, number, number, number];
}

function countPositions(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}
