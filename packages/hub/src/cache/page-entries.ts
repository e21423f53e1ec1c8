/** Named blobs that a page keeps: files of the origin private file system, or entries of the Cache API. */
export interface PageEntries {
  /** Returns an entry without reading it; undefined if there is none. */
  read(name: string): Promise<Blob | undefined>;
  /** Writes an entry as a whole: who reads meanwhile gets the old one. @throws QuotaExceededError if the storage is full. */
  write(name: string, content: Blob): Promise<void>;
  /** Returns the names of all entries below a folder, with their sizes in bytes, sorted by name. */
  list(folder: string): Promise<readonly { readonly name: string; readonly bytes: number }[]>;
  /** Deletes all entries below a folder. */
  remove(folder: string): Promise<void>;
}
