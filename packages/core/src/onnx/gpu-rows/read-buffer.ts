import { COPY_DST, MAP_MODE_READ, MAP_READ } from "../gpu-flags.ts";
import type { BufferPool } from "./buffer-pool.ts";

/** Bytes of a GPU buffer. */
export interface BufferRange {
  readonly buffer: GPUBuffer;
  /** Offset and size in bytes, multiples of 4. */
  readonly start: number;
  readonly size: number;
}

/** Submits `commands`, and then copies the bytes of a range to the processor. */
export async function readBuffer(
  device: GPUDevice,
  pool: BufferPool,
  { buffer, start, size, commands = device.createCommandEncoder() }: BufferRange & { readonly commands?: GPUCommandEncoder },
): Promise<ArrayBuffer> {
  const staging = pool.take(device, MAP_READ | COPY_DST, size);
  try {
    commands.copyBufferToBuffer(buffer, start, staging, 0, size);
    device.queue.submit([commands.finish()]);
    await staging.mapAsync(MAP_MODE_READ, 0, size);
    const bytes = staging.getMappedRange(0, size).slice(0);
    staging.unmap();
    pool.giveBack(staging);
    return bytes;
  } catch (error) {
    staging.destroy();
    throw error;
  }
}
