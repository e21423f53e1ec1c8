import type { AbsentFile, StoredFile } from "@decodekit/core/onnx";
import { folderOf, isCommit, repositoryOf } from "../repository.ts";
import type { CachedContent, ModelCache, Part, RepositoryCache } from "./model-cache.ts";
import type { PageEntries } from "./page-entries.ts";
import { segmentName, SegmentedPart } from "./segmented-part.ts";

/** What a snapshot says about a file: which content it has, in how many segments, or that the repository does not have it. */
type Pointer = { readonly id: string; readonly bytes: number; readonly segments: number } | { readonly absent: true };

/**
 * A cache in the storage of a page: `models--org--name/` with `blobs/<object id>/<number>` (segments of a content), `complete/<object id>`
 * (written when all segments are there and verified), `snapshots/<commit>/<path>` and `refs/<revision>`. A file is a Blob of its
 * segments, which the browser reads from its storage when it is read.
 */
export function pageCache(place: string, entries: PageEntries): ModelCache {
  return {
    async models() {
      const sizes = new Map<string, number>();
      for (const { name, bytes } of await entries.list("")) {
        const repository = repositoryOf(name.split("/")[0]!);
        if (repository !== undefined) sizes.set(repository, (sizes.get(repository) ?? 0) + bytes);
      }
      return [...sizes].map(([name, bytes]) => ({ name, bytes })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(name) {
      const isThere = (await entries.list(folderOf(name))).length > 0;
      // What says that files are there goes first.
      for (const folder of ["refs", "snapshots", "complete", "blobs"]) await entries.remove(`${folderOf(name)}/${folder}`);
      await entries.remove(folderOf(name));
      return isThere;
    },
    repository: (name) => new PageRepository(`${place}/${name}`, folderOf(name), entries),
  };
}

class PageRepository implements RepositoryCache {
  readonly #lock: string;
  readonly #folder: string;
  readonly #entries: PageEntries;

  constructor(lock: string, folder: string, entries: PageEntries) {
    this.#lock = lock;
    this.#folder = folder;
    this.#entries = entries;
  }

  async commitOf(revision: string): Promise<string | undefined> {
    const commit = await this.#entries.readText(`${this.#folder}/refs/${revision}`);
    return commit !== undefined && isCommit(commit) ? commit : undefined;
  }

  async setCommit(revision: string, commit: string): Promise<void> {
    if (isCommit(revision) || (await this.commitOf(revision)) === commit) return;
    await this.#entries.write(`${this.#folder}/refs/${revision}`, new Blob([commit]));
  }

  async find(commit: string, path: string): Promise<StoredFile | AbsentFile | undefined> {
    const pointer = await this.#pointer(`snapshots/${commit}/${path}`);
    if (!pointer) return undefined;
    return "absent" in pointer ? { absent: "is not among the files of the repository, according to the cache" } : this.#open(pointer);
  }

  async setAbsent(commit: string, path: string): Promise<void> {
    await this.#point(`snapshots/${commit}/${path}`, { absent: true });
  }

  async link(commit: string, path: string, { id, bytes }: CachedContent): Promise<StoredFile | undefined> {
    const pointer = await this.#pointer(`complete/${id}`);
    if (!pointer || "absent" in pointer || (bytes !== undefined && pointer.bytes !== bytes)) return undefined;
    const file = await this.#open(pointer);
    if (file) await this.#point(`snapshots/${commit}/${path}`, pointer);
    return file;
  }

  async complete({ id }: CachedContent, write: (part: Part) => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    await navigator.locks.request(`${this.#lock}/${id}`, signal ? { signal } : {}, async () => {
      const complete = await this.#pointer(`complete/${id}`);
      // Another tab was faster.
      if (complete && (await this.#open(complete))) return;
      const part = await SegmentedPart.open(this.#entries, `${this.#folder}/blobs/${id}`);
      try {
        await write(part);
      } catch (error) {
        // What came is kept if there is room for it.
        await part.flush().catch(() => undefined);
        throw error;
      }
      await part.flush();
      await this.#point(`complete/${id}`, { id, bytes: part.bytes, segments: part.segments });
    });
  }

  /** Returns undefined if the browser has dropped a segment. */
  async #open(pointer: Pointer): Promise<StoredFile | undefined> {
    if ("absent" in pointer) return undefined;
    const names = Array.from({ length: pointer.segments }, (_, index) => segmentName(`${this.#folder}/blobs/${pointer.id}`, index));
    const segments = await Promise.all(names.map((name) => this.#entries.read(name)));
    const there = segments.filter((segment) => segment !== undefined);
    const blob = there.length === 1 ? there[0]! : new Blob(there);
    return there.length === names.length && blob.size === pointer.bytes
      ? { bytes: blob.size, blob, stream: () => blob.stream() }
      : undefined;
  }

  async #pointer(name: string): Promise<Pointer | undefined> {
    const text = await this.#entries.readText(`${this.#folder}/${name}`);
    try {
      return text === undefined ? undefined : (JSON.parse(text) as Pointer);
    } catch {
      return undefined;
    }
  }

  async #point(name: string, pointer: Pointer): Promise<void> {
    await this.#entries.write(`${this.#folder}/${name}`, new Blob([JSON.stringify(pointer)]));
  }
}
