import type { Tensor } from "onnxruntime-common";
import type * as Ort from "onnxruntime-common";
import { COPY_DST, COPY_SRC, STORAGE } from "./gpu-flags.ts";

/** The first `length` positions of a tensor (1, heads, positions, headSize) in CPU memory, as a new tensor. */
export function shortenOnCpu(ort: typeof Ort, tensor: Tensor, length: number): Tensor {
  const [, heads, positions, headSize] = tensor.dims as [number, number, number, number];
  const data = tensor.data as Float32Array | Uint16Array;
  const shortened = new (data.constructor as Float32ArrayConstructor)(heads * length * headSize);
  for (let head = 0; head < heads; head++) {
    const start = head * positions * headSize;
    shortened.set(data.subarray(start, start + length * headSize), head * length * headSize);
  }
  return new ort.Tensor(tensor.type as "float32", shortened, [1, heads, length, headSize]);
}

/** The first `length` positions of tensors (1, heads, positions, headSize) in GPU buffers, copied there. */
export async function shortenOnGpu(ort: typeof Ort, tensors: readonly Tensor[], length: number): Promise<Tensor[]> {
  const device: GPUDevice = await ort.env.webgpu.device;
  const commands = device.createCommandEncoder();
  const shortened = tensors.map((tensor) => {
    const [, heads, positions, headSize] = tensor.dims as [number, number, number, number];
    const bytesPerPosition = headSize * (tensor.type === "float16" ? 2 : 4);
    const bytes = heads * length * bytesPerPosition;
    // onnxruntime binds whole multiples of 16 bytes, and a buffer must not be empty.
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const buffer = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
    for (let head = 0; head < heads; head++) {
      const from = head * positions * bytesPerPosition;
      commands.copyBufferToBuffer(tensor.gpuBuffer, from, buffer, head * length * bytesPerPosition, length * bytesPerPosition);
    }
    return ort.Tensor.fromGpuBuffer(buffer, {
      dataType: tensor.type as "float32" | "float16",
      dims: [1, heads, length, headSize],
      dispose: () => buffer.destroy(),
    });
  });
  device.queue.submit([commands.finish()]);
  return shortened;
}
