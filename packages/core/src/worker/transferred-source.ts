import type { AbsentFile, Dtype, ModelSource, ModelStore, StoreProgress } from "../onnx/index.ts";

/** A model source that can be sent, as far as its type says. */
export type DataSource = Exclude<ModelSource, ModelStore>;

/** A store as sent. It is code, so it stays where it is, and its files are read through the connection. */
export interface TransferredStore {
  readonly id: number;
  readonly name: string;
  readonly dtype: Dtype | undefined;
}

/** What opening a file of a store has found so far. It is sent while the call is running. */
export type OpeningReport = { readonly description: string } | { readonly progress: StoreProgress };

/**
 * A file of a store after `openStored`. A path and a Blob are references: the receiver reads the content itself. Other content is read by
 * `readStored`, a chunk per call.
 */
export type TransferredFile =
  | AbsentFile
  | {
      readonly file: number;
      readonly bytes: number | undefined;
      readonly localPath: string | undefined;
      readonly blob: Blob | undefined;
      readonly answer: string | undefined;
    };
