import { ModelLoadError } from "../errors.ts";
import type { AbsentFile, OpenFile } from "./environment/environment.ts";
import type { FileContent } from "./file-content.ts";
import { type ModelPlace, modelPlace } from "./model-place.ts";
import type { LoadModelOptions, ModelSource } from "./model-source.ts";

/** The files of one model, in any place. */
export interface ModelFolder extends Omit<ModelPlace, "open"> {
  /** Reads a file. @throws ModelLoadError if it cannot be read. */
  read(path: string): Promise<FileContent | AbsentFile>;
  /** Reads a required file. @throws ModelLoadError if it is missing or cannot be read. */
  need(path: string): Promise<FileContent>;
}

/** @throws InvalidOptionError if `source` is not a model source. */
export function openModelFolder(source: ModelSource, { onProgress, signal }: LoadModelOptions): ModelFolder {
  const place = modelPlace(source);
  let loadedBytes = 0;
  let totalBytes: number | undefined = 0;

  const failed = (path: string, problem: string, error: unknown): never => {
    signal?.throwIfAborted();
    throw new ModelLoadError(place.describe(path), `${problem} (${describeError(error)}).`, error);
  };

  const readAll = async (path: string, { bytes: stated, stream, answer }: OpenFile): Promise<FileContent> => {
    if (totalBytes !== undefined) totalBytes = stated === undefined ? undefined : totalBytes + stated;
    const chunks: Uint8Array[] = [];
    let length = 0;
    const reader = stream.getReader();
    const next = () =>
      reader
        .read()
        .catch((error: unknown) => failed(path, `broke off after ${length} of ${stated ?? "an unknown number of"} bytes`, error));
    try {
      for (let piece = await next(); !piece.done; piece = await next()) {
        signal?.throwIfAborted();
        chunks.push(piece.value);
        length += piece.value.length;
        loadedBytes += piece.value.length;
        onProgress?.({ file: path, loadedBytes, totalBytes });
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
    return { bytes: joined(chunks, length), answer };
  };

  const read = async (path: string): Promise<FileContent | AbsentFile> => {
    signal?.throwIfAborted();
    const file = await place.open(path, signal).catch((error: unknown) => failed(path, "could not be read", error));
    return "absent" in file ? file : readAll(path, file);
  };

  return {
    ...place,
    read,
    async need(path) {
      const content = await read(path);
      if ("absent" in content) throw new ModelLoadError(place.describe(path), `${content.absent}. The model needs this file.`);
      return content;
    },
  };
}

/** In Node, the reason of a failed `fetch` is the error's cause. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && cause.message !== "" ? `${message}: ${cause.message}` : message;
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
