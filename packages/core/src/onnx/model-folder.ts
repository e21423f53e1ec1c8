import { ModelLoadError } from "../errors.ts";
import type { FileContent } from "./file-content.ts";
import type { HeldFile } from "./held-file.ts";
import type { AbsentFile, LoadModelOptions, ModelSource, ModelStore, StoredFile, StoreProgress } from "./model-source.ts";
import { modelStore } from "./model-store.ts";

/** The files of one model, in any place. All errors are ModelLoadErrors that name the file. */
export interface ModelFolder extends Omit<ModelStore, "open"> {
  /** Returns a required file by reference if it lies on this computer, else reads it. @throws ModelLoadError if it is missing. */
  fetch(path: string): Promise<HeldFile>;
  /** Like `fetch`, for a file that may be missing. */
  fetchIfThere(path: string): Promise<HeldFile | AbsentFile>;
  /** Reads a file as a whole. */
  read(path: string): Promise<FileContent | AbsentFile>;
  /** Reads a required file as a whole. @throws ModelLoadError if it is missing. */
  need(path: string): Promise<FileContent>;
}

/** @throws InvalidOptionError, which names the function `where`, if `source` is not a model source. */
export function openModelFolder(where: string, source: ModelSource, { onProgress, signal }: LoadModelOptions): ModelFolder {
  const store = modelStore(where, source);
  const progress = new FolderProgress(onProgress);

  const failed = (path: string, problem: string, error: unknown): never => {
    signal?.throwIfAborted();
    throw new ModelLoadError(store.describe(path), `${problem} (${describeError(error)}).`, error);
  };

  const open = async (path: string): Promise<StoredFile | AbsentFile> => {
    signal?.throwIfAborted();
    const onProgressOfStore = (state: StoreProgress): void => progress.fetched(path, state);
    return store.open(path, { signal, onProgress: onProgressOfStore }).catch((error: unknown) => failed(path, "could not be read", error));
  };

  const readOpened = async (path: string, file: StoredFile): Promise<FileContent> => {
    const { bytes: stated, answer } = file;
    progress.opened(path, stated);
    const reader = file.stream().getReader();
    const content = await GrowingContent.create(stated).catch(async (error: unknown) => {
      await reader.cancel().catch(() => undefined);
      const advice = "give it as a path in Node, as picked files in a page, or by a store that keeps it on this computer, such as hub()";
      return failed(path, `has ${stated} bytes, too many to be held in memory: ${advice}`, error);
    });
    const next = () =>
      reader
        .read()
        .catch((error: unknown) => failed(path, `broke off after ${content.length} of ${stated ?? "an unknown number of"} bytes`, error));
    try {
      for (let piece = await next(); !piece.done; piece = await next()) {
        signal?.throwIfAborted();
        content.append(piece.value);
        progress.read(path, piece.value.length);
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
    return { bytes: content.bytes(), answer };
  };

  const read = async (path: string): Promise<FileContent | AbsentFile> => {
    const file = await open(path);
    return "absent" in file ? file : readOpened(path, file);
  };

  const present = <Kind extends object>(path: string, file: Kind | AbsentFile): Kind => {
    if ("absent" in file) throw new ModelLoadError(store.describe(path), `${file.absent}. The model needs this file.`);
    return file;
  };

  const fetchIfThere = async (path: string): Promise<HeldFile | AbsentFile> => {
    const file = await open(path);
    if ("absent" in file) return file;
    const { bytes, localPath, blob, answer } = file;
    if (bytes === undefined || (localPath === undefined && !blob)) {
      const content = await readOpened(path, file);
      return { bytes: content.bytes.length, data: content.bytes, answer };
    }
    progress.opened(path, bytes);
    progress.read(path, bytes);
    return { bytes, localPath, blob, answer };
  };

  return {
    name: store.name,
    dtype: store.dtype,
    describe: (path) => store.describe(path),
    fetch: async (path) => present(path, await fetchIfThere(path)),
    fetchIfThere,
    read,
    need: async (path) => present(path, await read(path)),
  };
}

/** The progress of all files together. */
class FolderProgress {
  readonly #report: LoadModelOptions["onProgress"];
  readonly #files = new Map<string, StoreProgress & { readonly isFetched: boolean }>();

  constructor(report: LoadModelOptions["onProgress"]) {
    this.#report = report;
  }

  /** The store has fetched a part of the file. */
  fetched(path: string, state: StoreProgress): void {
    this.#set(path, { ...state, isFetched: true });
  }

  /** The file will be read. Files that the store fetched are counted already. */
  opened(path: string, totalBytes: number | undefined): void {
    if (!this.#files.has(path)) this.#files.set(path, { loadedBytes: 0, totalBytes, fromCache: false, isFetched: false });
  }

  read(path: string, bytes: number): void {
    const file = this.#files.get(path)!;
    if (!file.isFetched) this.#set(path, { ...file, loadedBytes: file.loadedBytes + bytes });
  }

  #set(path: string, state: StoreProgress & { readonly isFetched: boolean }): void {
    this.#files.set(path, state);
    let loadedBytes = 0;
    let totalBytes: number | undefined = 0;
    for (const file of this.#files.values()) {
      loadedBytes += file.loadedBytes;
      if (totalBytes !== undefined) totalBytes = file.totalBytes === undefined ? undefined : totalBytes + file.totalBytes;
    }
    this.#report?.({ file: path, loadedBytes, totalBytes, fromCache: state.fromCache });
  }
}

/** The content of a file while it is read. If the size was stated, the content is never held twice. */
class GrowingContent {
  length = 0;
  #bytes: Uint8Array | undefined;
  readonly #chunks: Uint8Array[] = [];

  /** Rejects if there is no memory for that many bytes. */
  static async create(stated: number | undefined): Promise<GrowingContent> {
    return new GrowingContent(stated);
  }

  private constructor(stated: number | undefined) {
    if (stated !== undefined) this.#bytes = new Uint8Array(stated);
  }

  append(chunk: Uint8Array): void {
    if (this.#bytes && this.length + chunk.length <= this.#bytes.length) {
      this.#bytes.set(chunk, this.length);
    } else {
      // The stated size was too small.
      if (this.#bytes) this.#chunks.push(this.#bytes.subarray(0, this.length));
      this.#bytes = undefined;
      this.#chunks.push(chunk);
    }
    this.length += chunk.length;
  }

  bytes(): Uint8Array {
    return this.#bytes?.subarray(0, this.length) ?? joined(this.#chunks, this.length);
  }
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
