/** Smallest buffer of a pool, in bytes. */
const SMALLEST = 256;
/** Larger buffers are destroyed after use, in bytes: they are those of many whole rows, which few decodes read. */
const LARGEST_KEPT = 2 ** 22;

/** GPU buffers that are used again, so that a pass creates none. All are of one device. */
export interface BufferPool {
  /** Returns a buffer of at least `size` bytes, with any content, that only the caller uses until `giveBack`. */
  take(device: GPUDevice, usage: number, size: number): GPUBuffer;
  /** Gives back a buffer that is not mapped, for others to use. */
  giveBack(buffer: GPUBuffer): void;
  /** Destroys all buffers; one that is in use, when it is given back. The loss of the device does the same. */
  dispose(): void;
}

export function bufferPool(): BufferPool {
  let free: GPUBuffer[] = [];
  let disposed = false;
  let isWatched = false;
  const dispose = (): void => {
    disposed = true;
    for (const buffer of free) buffer.destroy();
    free = [];
  };
  return {
    take(device, usage, size) {
      if (!isWatched) void device.lost.then(dispose);
      isWatched = true;
      const rounded = roundedSize(size);
      const index = free.findIndex((buffer) => buffer.usage === usage && buffer.size === rounded);
      if (index >= 0) return free.splice(index, 1)[0]!;
      return device.createBuffer({ label: "decodekit rows", size: rounded, usage });
    },
    giveBack(buffer) {
      if (disposed || buffer.size > LARGEST_KEPT) buffer.destroy();
      else free.push(buffer);
    },
    dispose,
  };
}

/** Returns the next power of two, so that passes of about the same size share their buffers. */
function roundedSize(size: number): number {
  return Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(size)));
}
