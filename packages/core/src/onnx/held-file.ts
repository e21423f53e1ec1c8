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

/** Most bytes that Node reads at once. */
const MAX_READ = 2 ** 31 - 1;

/**
 * Returns what onnxruntime-web takes for the file: it reads Blobs itself, when it needs them. It would hold the content of a path twice, so
 * only a file that cannot be read at once is given by its path, whose content it then reads piece by piece.
 */
export async function dataForWeb(held: HeldFile): Promise<Uint8Array | Blob | string> {
  const { bytes, localPath, blob, data } = held;
  if (data || blob) return data ?? blob!;
  return bytes <= MAX_READ ? bytesIn(held) : localPath!;
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
