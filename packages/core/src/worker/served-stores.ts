import { DisposedError } from "../errors.ts";
import type { ModelStore, StoredFile, StoreProgress } from "../onnx/index.ts";
import type { Connection } from "./connection.ts";
import type { OpeningReport, TransferredFile } from "./transferred-source.ts";

/** Stores of this side whose files the other side may read, by number. */
export interface ServedStores {
  /** Serves `store` until `release`, which also ends what is being opened and read. An abort of `signal` does the same to it at once. */
  add(store: ModelStore, signal: AbortSignal): { readonly id: number; readonly release: () => void };
}

interface ServedStore {
  readonly store: ModelStore;
  readonly signal: AbortSignal;
  readonly release: () => void;
}

interface ServedFile {
  readonly file: StoredFile;
  readonly store: number;
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
}

/** Lets the other side of `connection` read files of the stores that are added here. */
export function serveStores(connection: Connection): ServedStores {
  const stores = new Map<number, ServedStore>();
  const files = new Map<number, ServedFile>();
  let count = 0;
  const get = <Item>(items: ReadonlyMap<number, Item>, id: number): Item => {
    const item = items.get(id);
    if (item === undefined) throw new DisposedError("store");
    return item;
  };
  const close = (id: number): void => {
    void files
      .get(id)
      ?.reader?.cancel()
      .catch(() => undefined);
    files.delete(id);
  };

  connection.expose({
    async openStored(id: number, path: string, opening: number, called: AbortSignal): Promise<TransferredFile> {
      const { store, signal } = get(stores, id);
      const report = (found: OpeningReport): void => connection.notifyIfPossible("openingReport", opening, found);
      report({ description: store.describe(path) });
      const onProgress = ({ loadedBytes, totalBytes, fromCache }: StoreProgress): void =>
        report({ progress: { loadedBytes, totalBytes, fromCache } });
      const file = await store.open(path, { signal: AbortSignal.any([signal, called]), onProgress });
      if ("absent" in file) return { absent: file.absent };
      signal.throwIfAborted();
      const { bytes, localPath, blob, answer } = file;
      files.set(++count, { file, store: id, reader: undefined });
      return { file: count, bytes, localPath, blob, answer };
    },
    async readStored(id: number): Promise<Uint8Array | undefined> {
      const served = get(files, id);
      served.reader ??= served.file.stream().getReader();
      const { done, value } = await served.reader.read();
      if (done) close(id);
      // Copied if need be: sending a view sends its whole buffer.
      return value && (value.byteLength === value.buffer.byteLength ? value : new Uint8Array(value));
    },
    closeStored: close,
  });
  connection.held.set("stores", stores).set("storedFiles", files);
  connection.onEnd(async () => [...stores.values()].forEach(({ release }) => release()));

  return {
    add(store, signal) {
      const id = ++count;
      const released = new AbortController();
      const release = (): void => {
        stores.delete(id);
        released.abort(new DisposedError("store"));
        for (const [file, served] of files) if (served.store === id) close(file);
      };
      stores.set(id, { store, signal: AbortSignal.any([signal, released.signal]), release });
      return { id, release };
    },
  };
}
