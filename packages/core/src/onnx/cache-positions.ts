import type { Tensor } from "onnxruntime-common";
import { arrayOf, BYTES_PER_ELEMENT, type CacheLayout } from "./cache-layout.ts";
import { COPY_DST, COPY_SRC, STORAGE } from "./gpu-flags.ts";

/** Room for further positions in new memory, as a part of those that it holds, and at least so many. */
const ROOM = 0.125;
const LEAST_ROOM = 32;

/** Positions [start, end) of a cache. */
export type Range = readonly [start: number, end: number];

/**
 * Copies the positions in `ranges`, one after another, of the tensors of a layout to new tensors in the same kind of
 * memory. The caller owns the copies; the originals are unchanged.
 */
export async function copyPositions(layout: CacheLayout, tensors: readonly Tensor[], ranges: readonly Range[]): Promise<Tensor[]> {
  if (tensors[0]?.location === "gpu-buffer") return copyOnGpu(layout, tensors, ranges);
  return tensors.map((tensor, index) => {
    const parts = partsOf(layout, tensor, index);
    const TypedArray = tensor.data.constructor as Float32ArrayConstructor;
    return gatherOnCpu(layout, parts, ranges, new TypedArray(parts.blocks * countPositions(ranges) * parts.size));
  });
}

/**
 * Like `copyPositions`, for tensors without another owner: on a CPU, rows move within their memory, which allocates nothing and costs a
 * fraction of a copy. The originals must not be used again, but must still be disposed.
 */
export async function compactPositions(layout: CacheLayout, tensors: readonly Tensor[], ranges: readonly Range[]): Promise<Tensor[]> {
  if (tensors[0]?.location === "gpu-buffer") return copyOnGpu(layout, tensors, ranges);
  return tensors.map((tensor, index) => gatherOnCpu(layout, partsOf(layout, tensor, index), ranges, tensor.data as Float32Array));
}

/**
 * Appends the positions in `ranges` of `added` to `tensors`, which are not on a GPU. The caller owns the result, and still owns `added`.
 * With `inPlace`, rows move within the memory of `tensors` while there is room; these must not be used again, but must still be disposed.
 * Without it, or without room, the result has new memory, with room for some more positions.
 */
export function appendPositions(
  layout: CacheLayout,
  tensors: readonly Tensor[],
  added: readonly Tensor[],
  { ranges, inPlace }: { readonly ranges: readonly Range[]; readonly inPlace: boolean },
): Tensor[] {
  const count = countPositions(ranges);
  return tensors.map((tensor, index) => {
    const { type } = layout.tensors[index]!;
    const [old, fresh] = [partsOf(layout, tensor, index), partsOf(layout, added[index]!, index)];
    const positions = old.positions + count;
    const bytesPerPosition = old.size * BYTES_PER_ELEMENT[type];
    const bytes = old.blocks * positions * bytesPerPosition;
    const source = bytesOf(tensor);
    const isOwn = inPlace && source.byteOffset === 0 && source.buffer.byteLength >= bytes;
    const room = Math.max(LEAST_ROOM, Math.ceil(positions * ROOM));
    const buffer = isOwn ? source.buffer : new ArrayBuffer(bytes + old.blocks * room * bytesPerPosition);
    const target = new Uint8Array(buffer);
    const news = bytesOf(added[index]!);
    // The last block first, since each moves towards the end.
    for (let block = old.blocks - 1; block >= 0; block--) {
      let offset = block * positions * bytesPerPosition;
      const start = block * old.positions * bytesPerPosition;
      const length = old.positions * bytesPerPosition;
      if (!isOwn) target.set(source.subarray(start, start + length), offset);
      else if (start !== offset) target.copyWithin(offset, start, start + length);
      offset += length;
      for (const [from, to] of ranges) {
        const first = block * fresh.positions;
        target.set(news.subarray((first + from) * bytesPerPosition, (first + to) * bytesPerPosition), offset);
        offset += (to - from) * bytesPerPosition;
      }
    }
    const data = arrayOf(type, buffer, bytes / BYTES_PER_ELEMENT[type]) as Float32Array;
    return new layout.ort.Tensor(type as "float32", data, dimsWith(old, positions));
  });
}

function bytesOf({ data }: Tensor): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = data as Float32Array<ArrayBuffer>;
  return new Uint8Array(buffer, byteOffset, byteLength);
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

/** Returns the ranges of what follows the first `past` positions, counted from there. */
export function rangesAfter(past: number, ranges: readonly Range[]): Range[] {
  return ranges.flatMap(([start, end]): Range[] => (end > past ? [[Math.max(start, past) - past, end - past]] : []));
}

/** Writes the rows in `ranges` to the beginning of `target`, which may be the tensor's own data: no row moves backwards. */
function gatherOnCpu({ ort }: CacheLayout, parts: TensorParts, ranges: readonly Range[], target: Float32Array): Tensor {
  const { tensor, blocks, positions, size } = parts;
  const data = tensor.data as Float32Array;
  let offset = 0;
  for (let block = 0; block < blocks; block++) {
    const first = block * positions * size;
    for (const [start, end] of ranges) {
      if (first + start * size !== offset || data !== target) target.set(data.subarray(first + start * size, first + end * size), offset);
      offset += (end - start) * size;
    }
  }
  return new ort.Tensor(tensor.type as "float32", target.subarray(0, offset), dimsWith(parts, countPositions(ranges)));
}

async function copyOnGpu(layout: CacheLayout, tensors: readonly Tensor[], ranges: readonly Range[]): Promise<Tensor[]> {
  const { ort } = layout;
  const device: GPUDevice = await ort.env.webgpu.device;
  const commands = device.createCommandEncoder();
  const length = countPositions(ranges);
  const copies = tensors.map((tensor, index) => {
    const parts = partsOf(layout, tensor, index);
    const bytesPerPosition = parts.size * BYTES_PER_ELEMENT[layout.tensors[index]!.type];
    // onnxruntime binds multiples of 16 bytes, and a buffer must not be empty.
    const bytes = Math.max(16, Math.ceil((parts.blocks * length * bytesPerPosition) / 16) * 16);
    const buffer = device.createBuffer({ label: "decodekit cache", size: bytes, usage: STORAGE | COPY_SRC | COPY_DST });
    copyBlocks(commands, parts, { ranges, bytesPerPosition, buffer });
    return ort.Tensor.fromGpuBuffer(buffer, {
      dataType: tensor.type as "float32" | "float16",
      dims: dimsWith(parts, length),
      dispose: () => buffer.destroy(),
    });
  });
  device.queue.submit([commands.finish()]);
  return copies;
}

interface BlockCopy {
  readonly ranges: readonly Range[];
  readonly bytesPerPosition: number;
  readonly buffer: GPUBuffer;
}

function copyBlocks(commands: GPUCommandEncoder, parts: TensorParts, { ranges, bytesPerPosition, buffer }: BlockCopy): void {
  const { tensor, blocks, positions } = parts;
  let offset = 0;
  for (let block = 0; block < blocks; block++) {
    for (const [start, end] of ranges) {
      const bytes = (end - start) * bytesPerPosition;
      commands.copyBufferToBuffer(tensor.gpuBuffer, (block * positions + start) * bytesPerPosition, buffer, offset, bytes);
      offset += bytes;
    }
  }
}

/** A tensor as blocks of positions: in memory, what comes before the positions counts blocks, what comes after is the size of one. */
interface TensorParts {
  readonly tensor: Tensor;
  readonly axis: number;
  readonly blocks: number;
  readonly positions: number;
  /** Number of elements per position within a block. */
  readonly size: number;
}

function partsOf({ tensors }: CacheLayout, tensor: Tensor, index: number): TensorParts {
  const axis = tensors[index]!.axis!;
  const product = (dims: readonly number[]): number => dims.reduce((all, dim) => all * dim, 1);
  return {
    tensor,
    axis,
    blocks: product(tensor.dims.slice(0, axis)),
    positions: tensor.dims[axis]!,
    size: product(tensor.dims.slice(axis + 1)),
  };
}

function dimsWith({ tensor, axis }: TensorParts, positions: number): number[] {
  return tensor.dims.map((dim, index) => (index === axis ? positions : dim));
}

function countPositions(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}
