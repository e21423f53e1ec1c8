import { environment } from "#environment";
import { InvalidOptionError, ModelLoadError } from "../errors.ts";
import type { OpenFile } from "./environment/environment.ts";
import type { LoadModelOptions, ModelSource } from "./model-source.ts";

/** Where the files of a model are. */
interface Place {
  readonly name: string;
  /** Where a file is, for messages. */
  describe(path: string): string;
  /** Path of a file that the native runtime may read by itself. */
  localPath(path: string): string | undefined;
  open(path: string, signal: AbortSignal | undefined): Promise<OpenFile | undefined>;
}

/** The files of one model, wherever they are. */
export interface ModelFolder extends Omit<Place, "open"> {
  /** Bytes of a file; undefined when it does not exist. @throws ModelLoadError when it cannot be read. */
  read(path: string): Promise<Uint8Array | undefined>;
}

export function openModelFolder(source: ModelSource, { onProgress, signal }: LoadModelOptions): ModelFolder {
  const place = placeOf(source);
  const progress = { loadedBytes: 0, totalBytes: 0 as number | undefined };

  const readAll = async (path: string, { bytes, stream }: OpenFile): Promise<Uint8Array> => {
    if (progress.totalBytes !== undefined) progress.totalBytes = bytes === undefined ? undefined : progress.totalBytes + bytes;
    const chunks: Uint8Array[] = [];
    for await (const chunk of chunksOf(stream)) {
      signal?.throwIfAborted();
      chunks.push(chunk);
      progress.loadedBytes += chunk.length;
      onProgress?.({ file: path, ...progress });
    }
    return join(chunks);
  };

  return {
    ...place,
    async read(path) {
      signal?.throwIfAborted();
      try {
        const file = await place.open(path, signal);
        return file && (await readAll(path, file));
      } catch (error) {
        if (signal?.aborted && error === signal.reason) throw error;
        throw new ModelLoadError(
          place.describe(path),
          `could not be read (${error instanceof Error ? error.message : String(error)}).`,
          error,
        );
      }
    },
  };
}

function placeOf(source: ModelSource): Place {
  if (typeof source === "string" || source instanceof URL) {
    const folder = environment.folderUrl(String(source));
    return placeOfUrls(nameOf(folder.pathname), (path) => new URL(path, folder));
  }
  if (Array.isArray(source)) return placeOfFiles(source as readonly File[]);
  if (typeof source === "object" && source !== null && "files" in source) {
    const { name, files } = source;
    return placeOfUrls(name, (path) => (files[path] === undefined ? undefined : new URL(files[path], globalThis.document?.baseURI)));
  }
  const expected = "a URL, a path, an array of File, or { name, files }";
  throw new InvalidOptionError({ where: "loadModel", option: "source", expected, actual: source });
}

function placeOfUrls(name: string, urlOf: (path: string) => URL | undefined): Place {
  return {
    name,
    describe(path) {
      const url = urlOf(path);
      if (!url || url.protocol === "data:") return `${name}/${path}`;
      return environment.localPath(url) ?? url.href;
    },
    async open(path, signal) {
      const url = urlOf(path);
      return url && environment.openFile(url, signal);
    },
    localPath(path) {
      const url = urlOf(path);
      return url && environment.localPath(url);
    },
  };
}

/** Files of a picked folder know their path (`webkitRelativePath`); dropped ones only their name. */
function placeOfFiles(files: readonly File[]): Place {
  const root = files[0]?.webkitRelativePath?.split("/")[0] ?? "";
  const find = (path: string): File | undefined =>
    files.find((file) => file.webkitRelativePath === `${root}/${path}`) ?? files.find((file) => file.name === nameOf(path));
  return {
    name: root || "files",
    describe: (path) => path,
    async open(path) {
      const file = find(path);
      return file && { bytes: file.size, stream: file.stream() };
    },
    localPath: () => undefined,
  };
}

/** Last part of a path. */
function nameOf(path: string): string {
  const parts = path.split("/").filter((part) => part !== "");
  return decodeURIComponent(parts.at(-1) ?? "");
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
