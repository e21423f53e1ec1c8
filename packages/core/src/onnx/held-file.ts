import { environment } from "#environment";
import { type ByteSource, bytesInMemory, bytesOfBlob } from "./byte-source.ts";

/** A file that is at hand: on this computer, in a Blob, or in memory. */
export interface HeldFile {
  /** Size in bytes. */
  readonly bytes: number;
  readonly localPath?: string | undefined;
  readonly blob?: Blob | undefined;
  readonly data?: Uint8Array | undefined;
  /** The server's answer, for messages. */
  readonly answer: string | undefined;
}

/** Opens the file for random access. The caller closes it. */
export async function bytesOfHeld({ localPath, blob, data }: HeldFile): Promise<ByteSource> {
  if (data) return bytesInMemory(data);
  return localPath === undefined ? bytesOfBlob(blob!) : environment.openBytes(localPath);
}

/** Returns what onnxruntime-web takes for the file: it reads paths and Blobs itself, when it needs them. */
export function referenceTo({ localPath, blob, data }: HeldFile): Uint8Array | Blob | string {
  return data ?? localPath ?? blob!;
}

/** Reads the file as a whole, if it is not in memory already. */
export async function bytesIn(held: HeldFile): Promise<Uint8Array> {
  const source = await bytesOfHeld(held);
  try {
    return await source.read(0, source.length);
  } finally {
    await source.close();
  }
}
