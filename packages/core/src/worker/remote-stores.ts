import type { ModelStore, OpenOptions, StoredFile } from "../onnx/index.ts";
import type { Connection } from "./connection.ts";
import type { OpeningReport, TransferredFile, TransferredStore } from "./transferred-source.ts";

/** Creates a store whose files are opened and read on the other side. */
export type StoreReceiver = (transferred: TransferredStore) => ModelStore;

/** Returns the receiver of the stores that the other side of `connection` sends. */
export function storeReceiver(connection: Connection): StoreReceiver {
  const openings = new Map<number, (report: OpeningReport) => void>();
  let count = 0;
  connection.held.set("openings", openings);
  connection.expose({ openingReport: (opening: number, report: OpeningReport) => openings.get(opening)?.(report) });

  /** Opens a file in the store of the other side, with its reports until then. */
  const open = async (store: number, path: string, signal: AbortSignal | undefined, receive: (report: OpeningReport) => void) => {
    const opening = ++count;
    openings.set(opening, receive);
    try {
      return await connection.call<TransferredFile>("openStored", [store, path, opening], signal);
    } finally {
      openings.delete(opening);
    }
  };

  return ({ id, name, dtype }) => {
    const descriptions = new Map<string, string>();
    return {
      name,
      ...(dtype !== undefined && { dtype }),
      describe: (path) => descriptions.get(path) ?? `${name}/${path}`,
      async open(path, { signal, onProgress }: OpenOptions) {
        const opened = await open(id, path, signal, (report) => {
          if ("description" in report) descriptions.set(path, report.description);
          else onProgress?.(report.progress);
        });
        return "absent" in opened ? opened : storedFile(connection, opened, signal);
      },
    };
  };
}

function storedFile(
  connection: Connection,
  { file, bytes, localPath, blob, answer }: Exclude<TransferredFile, { readonly absent: string }>,
  signal: AbortSignal | undefined,
): StoredFile {
  const remote = (): ReadableStream<Uint8Array> =>
    new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const chunk = await connection.call<Uint8Array | undefined>("readStored", [file], signal);
          if (chunk) controller.enqueue(chunk);
          else controller.close();
        },
        cancel: () => connection.notifyIfPossible("closeStored", file),
      },
      // Nothing is read ahead, so that one chunk at a time is held twice.
      { highWaterMark: 0 },
    );
  return { bytes, localPath, blob, answer, stream: blob ? () => blob.stream() : remote };
}
