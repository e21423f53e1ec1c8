/** Named blobs that a page keeps: files of the origin private file system, or entries of the Cache API. */
export interface PageEntries {
  /** Returns an entry without reading it; undefined if there is none. */
  read(name: string): Promise<Blob | undefined>;
  /** Reads an entry that may be replaced meanwhile: returns the text of before or after; undefined if there is none. */
  readText(name: string): Promise<string | undefined>;
  /** Writes an entry as a whole: `readText` never sees half of one, and a Blob of the old one can no longer be read. @throws QuotaExceededError if the storage is full. */
  write(name: string, content: Blob): Promise<void>;
  /** Returns the names of all entries below a folder, with their sizes in bytes, sorted by name. */
  list(folder: string): Promise<readonly { readonly name: string; readonly bytes: number }[]>;
  /** Deletes all entries below a folder. */
  remove(folder: string): Promise<void>;
}
