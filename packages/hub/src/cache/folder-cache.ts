/// <reference types="node" />
import type { Dirent } from "node:fs";
import { lstat, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { AbsentFile, StoredFile } from "@decodekit/core/onnx";
import { folderOf, isCommit, repositoryOf } from "../repository.ts";
import { fillPart } from "./folder-part.ts";
import { openLocalFile } from "./local-file.ts";
import type { CachedContent, CachedModel, ModelCache, Part, RepositoryCache } from "./model-cache.ts";

/**
 * A cache in a folder, with the layout that Python's huggingface_hub has and reads: `models--org--name/` with `blobs/<object id>`,
 * `snapshots/<commit>/<path>` as links to blobs, `refs/<revision>` with a commit, and `.no_exist/<commit>/<path>` for absent files.
 */
export function folderCache(root: string): ModelCache {
  return {
    async models() {
      const names = await entriesOf(root);
      const models = names.flatMap((entry) => repositoryOf(entry.name) ?? []);
      const sized = models.map(async (name): Promise<CachedModel> => ({ name, bytes: await bytesIn(path.join(root, folderOf(name))) }));
      return (await Promise.all(sized)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(name) {
      const folder = path.join(root, folderOf(name));
      if (!(await lstat(folder).catch(() => undefined))) return false;
      // Renamed first, so that another process never sees half of it.
      const doomed = path.join(root, `.removed-${folderOf(name)}-${crypto.randomUUID()}`);
      await rename(folder, doomed);
      await rm(doomed, { recursive: true, force: true });
      return true;
    },
    repository: (name) => new FolderRepository(path.join(root, folderOf(name))),
  };
}

class FolderRepository implements RepositoryCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async commitOf(revision: string): Promise<string | undefined> {
    const commit = await readFile(this.#path("refs", revision), "utf8").catch(() => undefined);
    return commit !== undefined && isCommit(commit.trim()) ? commit.trim() : undefined;
  }

  async setCommit(revision: string, commit: string): Promise<void> {
    if (isCommit(revision) || (await this.commitOf(revision)) === commit) return;
    await replaceFile(this.#path("refs", revision), (temporary) => writeFile(temporary, commit));
  }

  async find(commit: string, file: string): Promise<StoredFile | AbsentFile | undefined> {
    const found = await openLocalFile(this.#path("snapshots", commit, file));
    if (found) return found;
    const isAbsent = await stat(this.#path(".no_exist", commit, file)).catch(() => undefined);
    return isAbsent && { absent: "is not among the files of the repository, according to the cache" };
  }

  async setAbsent(commit: string, file: string): Promise<void> {
    const marker = this.#path(".no_exist", commit, file);
    await mkdir(path.dirname(marker), { recursive: true });
    await writeFile(marker, "");
  }

  async link(commit: string, file: string, { id, bytes }: CachedContent): Promise<StoredFile | undefined> {
    const blob = this.#path("blobs", id);
    const found = await stat(blob).catch(() => undefined);
    if (!found || (bytes !== undefined && found.size !== bytes)) return undefined;
    const pointer = this.#path("snapshots", commit, file);
    await replaceFile(pointer, async (temporary) => {
      await symlink(path.relative(path.dirname(pointer), blob), temporary).catch((error: NodeJS.ErrnoException) => {
        // Windows allows links only to some accounts. Then, as for huggingface_hub, the snapshot has the file itself.
        if (error.code !== "EPERM") throw error;
        return rename(blob, temporary);
      });
    });
    return openLocalFile(pointer);
  }

  async complete({ id }: CachedContent, write: (part: Part) => Promise<void>): Promise<void> {
    await mkdir(this.#path("blobs"), { recursive: true });
    await fillPart(this.#path("blobs", id), write);
  }

  #path(...parts: readonly string[]): string {
    return path.join(this.#folder, ...parts);
  }
}

/** Makes a file under another name, then renames it: readers see the old or the new one. */
async function replaceFile(target: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${target}.${crypto.randomUUID()}`;
  await mkdir(path.dirname(target), { recursive: true });
  try {
    await make(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await entriesOf(folder, true);
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  const found = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  return found.reduce((sum, file) => sum + (file?.size ?? 0), 0);
}

async function entriesOf(folder: string, recursive = false): Promise<readonly Dirent[]> {
  return readdir(folder, { withFileTypes: true, recursive }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}
