import type { PageEntries } from "./page-entries.ts";

/** Entries in a folder of the origin private file system; undefined if the browser has none, as in private windows of some. */
export async function fileSystemEntries(place: string): Promise<PageEntries | undefined> {
  const root = await globalThis.navigator?.storage?.getDirectory?.().catch(() => undefined);
  // Older browsers write such files only in workers.
  if (!root || !("createWritable" in FileSystemFileHandle.prototype)) return undefined;
  const folderOf = (parts: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle | undefined> =>
    descend(root, [place, ...parts], create);
  const read = async (name: string): Promise<File | undefined> => {
    const { folder, file } = split(name);
    const handle = await found((await folderOf(folder, false))?.getFileHandle(file));
    return found(handle?.getFile());
  };
  // A File cannot be read once another is in its place.
  const lockOf = (name: string): string => `${place}/entry/${name}`;
  return {
    read,
    readText: (name) => navigator.locks.request(lockOf(name), { mode: "shared" }, async () => found((await read(name))?.text())),
    write: (name, content) =>
      navigator.locks.request(lockOf(name), async () => {
        const { folder, file } = split(name);
        const handle = await (await folderOf(folder, true))!.getFileHandle(file, { create: true });
        const writable = await handle.createWritable();
        try {
          await writable.write(content);
        } catch (error) {
          await writable.abort().catch(() => undefined);
          throw error;
        }
        await writable.close();
      }),
    async list(name) {
      const folder = await folderOf(partsOf(name), false);
      const files = folder ? await filesIn(folder, name) : [];
      return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(name) {
      const { folder, file } = split(name);
      await found((await folderOf(folder, false))?.removeEntry(file, { recursive: true }));
    },
  };
}

async function descend(
  root: FileSystemDirectoryHandle,
  parts: readonly string[],
  create: boolean,
): Promise<FileSystemDirectoryHandle | undefined> {
  let folder: FileSystemDirectoryHandle | undefined = root;
  for (const part of parts) folder = await found(folder?.getDirectoryHandle(part, { create }));
  return folder;
}

async function filesIn(folder: FileSystemDirectoryHandle, path: string): Promise<{ name: string; bytes: number }[]> {
  const files: { name: string; bytes: number }[] = [];
  for await (const [name, handle] of entriesOf(folder)) {
    const below = path === "" ? decode(name) : `${path}/${decode(name)}`;
    if (handle.kind === "directory") files.push(...(await filesIn(handle as FileSystemDirectoryHandle, below)));
    else files.push({ name: below, bytes: (await found((handle as FileSystemFileHandle).getFile()))?.size ?? 0 });
  }
  return files;
}

function entriesOf(folder: FileSystemDirectoryHandle): AsyncIterable<[string, FileSystemHandle]> {
  return (folder as FileSystemDirectoryHandle & { entries(): AsyncIterable<[string, FileSystemHandle]> }).entries();
}

/** Resolves with undefined in place of the error for what does not exist. */
async function found<Value>(promise: Promise<Value> | undefined): Promise<Value | undefined> {
  return promise?.catch((error: Error) => {
    if (error.name === "NotFoundError" || error.name === "TypeMismatchError") return undefined;
    throw error;
  });
}

function split(name: string): { readonly folder: readonly string[]; readonly file: string } {
  const parts = partsOf(name);
  return { folder: parts.slice(0, -1), file: parts.at(-1)! };
}

/** File systems refuse some characters of names. */
function partsOf(name: string): readonly string[] {
  return name === "" ? [] : name.split("/").map(encodeURIComponent);
}

function decode(name: string): string {
  return decodeURIComponent(name);
}
