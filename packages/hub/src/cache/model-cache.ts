import type { AbsentFile, StoredFile } from "@decodekit/core/onnx";

/** A model in the cache. */
export interface CachedModel {
  /** Name of the repository, "org/name". */
  readonly name: string;
  /** Size of all its revisions, and of what is half downloaded, in bytes. */
  readonly bytes: number;
}

/** All cached models. */
export interface ModelCache {
  /** Sorted by name. */
  models(): Promise<readonly CachedModel[]>;
  /** Deletes a model with all its revisions. Returns whether there was one. */
  remove(name: string): Promise<boolean>;
  /** Returns the cache of one repository. Creates nothing. */
  repository(name: string): RepositoryCache;
}

/** The cached files of one repository: content by object id, and by commit and path which content each file has. */
export interface RepositoryCache {
  /** Returns the commit that a branch or tag had when it was last seen. */
  commitOf(revision: string): Promise<string | undefined>;
  setCommit(revision: string, commit: string): Promise<void>;
  /** Returns a file of a commit; undefined if nothing is known about it. */
  find(commit: string, path: string): Promise<StoredFile | AbsentFile | undefined>;
  setAbsent(commit: string, path: string): Promise<void>;
  /** Says which content a file of a commit has. Returns the file, or undefined if the content is not there in full. */
  link(commit: string, path: string, content: CachedContent): Promise<StoredFile | undefined>;
  /**
   * Has `write` write the content that `link` did not find. Resolves when the content is there in full. If `write` throws, the written part is
   * kept for the next call. Two loaders never write to one part.
   */
  complete(content: CachedContent, write: (part: Part) => Promise<void>, signal: AbortSignal | undefined): Promise<void>;
}

export interface CachedContent {
  /** Name of the content: SHA-256 or git object id in hexadecimal digits, or another name that is safe as that of a file. */
  readonly id: string;
  /** Size in bytes, if it is known. */
  readonly bytes: number | undefined;
}

/** The beginning of a content, to which a download appends. */
export interface Part {
  /** Bytes that are there. */
  readonly bytes: number;
  /** Reads what was there when the part was opened. */
  content(): AsyncIterable<Uint8Array>;
  append(chunk: Uint8Array): Promise<void>;
  /** Drops everything. */
  restart(): Promise<void>;
}
