/// <reference types="node" />
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { StoredFile } from "@decodekit/core/onnx";

/** Bytes per read. */
const CHUNK_BYTES = 2 ** 20;

/** Opens a file of this computer; undefined if there is none. */
export async function openLocalFile(path: string): Promise<StoredFile | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (!found?.isFile()) return undefined;
  return {
    bytes: found.size,
    localPath: path,
    stream: () => Readable.toWeb(createReadStream(path, { highWaterMark: CHUNK_BYTES })) as ReadableStream<Uint8Array>,
  };
}
