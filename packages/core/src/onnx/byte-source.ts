/** Random access to the bytes of a file that does not change. */
export interface ByteSource {
  /** Size in bytes. */
  readonly length: number;
  /** Returns the bytes [start, end), both in [0, length]. The result may be a view of memory that the source holds. */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return { length: bytes.length, read: async (start, end) => bytes.subarray(start, end), close: async () => undefined };
}

export function bytesOfBlob(blob: Blob): ByteSource {
  return {
    length: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
    close: async () => undefined,
  };
}
