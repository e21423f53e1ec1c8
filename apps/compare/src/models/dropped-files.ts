import { isHidden, type LocalFile } from "./local-files.ts";
import { texts } from "../texts/texts.ts";

/** The most files of a folder that are looked at. A model has fewer than 100. */
export const MAX_FILES = 2000;
const MAX_DEPTH = 8;

/** What is needed of a `FileSystemEntry`. */
export interface DroppedEntry {
  readonly isFile: boolean;
  readonly name: string;
  file?(success: (file: File) => void, failure: (error: Error) => void): void;
  createReader?(): {
    readEntries(success: (entries: readonly DroppedEntry[]) => void, failure: (error: Error) => void): void;
  };
}

/**
 * Returns the entries and files of a drop. To be called while the event is handled, since a browser forgets them after it; to be read
 * afterwards, by `droppedFiles`.
 */
export function droppedItems({ items, files }: DataTransfer): readonly (DroppedEntry | File)[] {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry?.() as DroppedEntry | null | undefined);
  return entries.some(Boolean) ? entries.filter((entry) => entry !== null && entry !== undefined) : Array.from(files);
}

/** Reads dropped files and folders with all that is in them, except hidden ones. @throws Error for more than `MAX_FILES` files. */
export async function droppedFiles(items: readonly (DroppedEntry | File)[]): Promise<LocalFile[]> {
  const found = collector();
  for (const item of items) {
    if (item instanceof File) found.add(item.name, item);
    else await readEntry(item, "", found, 0);
  }
  return found.files;
}

/** Reads a folder that was chosen with `showDirectoryPicker`. @throws Error for more than `MAX_FILES` files. */
export async function filesOfFolder(folder: FileSystemDirectoryHandle): Promise<LocalFile[]> {
  const found = collector();
  await readHandle(folder, `${folder.name}/`, found, 0);
  return found.files;
}

interface Collector {
  readonly files: LocalFile[];
  add(path: string, file: File): void;
}

function collector(): Collector {
  const files: LocalFile[] = [];
  return {
    files,
    add(path, file) {
      if (files.length >= MAX_FILES) throw new Error(texts.models.problems.tooMany(MAX_FILES));
      files.push({ path, file });
    },
  };
}

async function readEntry(entry: DroppedEntry, folder: string, found: Collector, depth: number): Promise<void> {
  if (isHidden(entry.name)) return;
  const path = folder + entry.name;
  if (entry.isFile) return found.add(path, await new Promise<File>((resolve, reject) => entry.file!(resolve, reject)));
  if (depth >= MAX_DEPTH) return;
  const reader = entry.createReader!();
  const next = (): Promise<readonly DroppedEntry[]> => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  // A reader gives at most 100 entries at a time.
  for (let entries = await next(); entries.length > 0; entries = await next())
    for (const each of entries) await readEntry(each, `${path}/`, found, depth + 1);
}

async function readHandle(folder: FileSystemDirectoryHandle, path: string, found: Collector, depth: number): Promise<void> {
  if (depth > MAX_DEPTH) return;
  for await (const handle of folder.values()) {
    if (isHidden(handle.name)) continue;
    if (handle.kind === "file") found.add(path + handle.name, await handle.getFile());
    else await readHandle(handle, `${path}${handle.name}/`, found, depth + 1);
  }
}
