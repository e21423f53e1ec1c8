import type * as Ort from "onnxruntime-web";

/** A GPU buffer whose bytes can be inspected. */
export interface ByteBuffer {
  readonly label: string | undefined;
  readonly usage: number;
  readonly bytes: Uint8Array;
  destroyed: boolean;
}

export interface ByteDevice {
  readonly device: GPUDevice;
  readonly buffers: ByteBuffer[];
  /** Returns the total number of bytes copied. */
  readonly copied: () => number;
  /** Creates a buffer that holds `values`. */
  hold(values: Float32Array | Uint16Array): GPUBuffer;
  /** Loses the device. */
  lose(info: { reason: string; message: string }): Promise<void>;
}

/**
 * A device on the CPU with the operations that the KV cache needs. It copies bytes between buffers when commands are submitted and maps
 * buffers for reading. Like WebGPU, it refuses sizes and offsets that are not multiples of 4, ranges past a buffer's end, usages that a
 * buffer was not created with, and destroyed buffers.
 */
export function byteDevice(): ByteDevice {
  const buffers: ByteBuffer[] = [];
  let copied = 0;
  let lose: (info: GPUDeviceLostInfo) => void;
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => (lose = resolve));
  const need = (condition: boolean, what: string): void => {
    if (!condition) throw new Error(`GPU validation: ${what}`);
  };

  const createBuffer = ({ size, usage, label }: GPUBufferDescriptor): GPUBuffer => {
    need(size % 4 === 0 && size > 0, `size ${size}`);
    const buffer: ByteBuffer & Record<string, unknown> = {
      label,
      usage,
      size,
      bytes: new Uint8Array(size),
      destroyed: false,
      mapped: false,
      destroy: () => void (buffer.destroyed = true),
      async mapAsync(mode: number) {
        need(mode === MAP_MODE_READ && (usage & MAP_READ) !== 0, "map");
        buffer.mapped = true;
      },
      getMappedRange(from = 0, length = size - from) {
        need(buffer.mapped === true && !buffer.destroyed, "mapped range");
        return buffer.bytes.buffer.slice(from, from + length);
      },
      unmap: () => void (buffer.mapped = false),
    };
    buffers.push(buffer);
    return buffer as unknown as GPUBuffer;
  };

  const device = {
    lost,
    createBuffer,
    createCommandEncoder: () => {
      const commands: (() => void)[] = [];
      return {
        copyBufferToBuffer(source: ByteBuffer, from: number, target: ByteBuffer, to: number, size: number) {
          need(from % 4 === 0 && to % 4 === 0 && size % 4 === 0, `copy of ${size} bytes from ${from} to ${to}`);
          need(from + size <= source.bytes.length && to + size <= target.bytes.length, "copy past an end");
          need((source.usage & COPY_SRC) !== 0 && (target.usage & COPY_DST) !== 0, "copy between usages");
          commands.push(() => {
            need(!source.destroyed && !target.destroyed, "copy of a destroyed buffer");
            target.bytes.set(source.bytes.subarray(from, from + size), to);
            copied += size;
          });
        },
        finish: () => commands,
      };
    },
    queue: { submit: (lists: (() => void)[][]) => lists.forEach((list) => list.forEach((command) => command())) },
  } as unknown as GPUDevice;

  return {
    device,
    buffers,
    copied: () => copied,
    hold(values) {
      const size = Math.ceil(values.byteLength / 16) * 16;
      const buffer = createBuffer({ size, usage: COPY_SRC | COPY_DST | STORAGE }) as unknown as ByteBuffer;
      buffer.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      return buffer as unknown as GPUBuffer;
    },
    async lose(info) {
      lose(info as GPUDeviceLostInfo);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** A copy of onnxruntime that uses `device`; other tests keep theirs. */
export function runtimeOn(ort: typeof Ort, device: GPUDevice): typeof Ort {
  return { ...ort, env: { ...ort.env, webgpu: { ...ort.env.webgpu, device } } } as unknown as typeof Ort;
}

// https://gpuweb.github.io/gpuweb/#namespacedef-gpubufferusage and #namespacedef-gpumapmode
const MAP_READ = 0x0001;
const COPY_SRC = 0x0004;
const COPY_DST = 0x0008;
const STORAGE = 0x0080;
const MAP_MODE_READ = 0x0001;
